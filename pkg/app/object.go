package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Ref names one object on the cluster.
type Ref struct {
	APIVersion string `json:"apiVersion"` // apps/v1
	Kind       string `json:"kind"`       // Deployment
	Resource   string `json:"resource"`   // deployments, the plural in request paths
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// Group is the API group; empty for the core one.
func (r Ref) Group() string {
	group, _, found := strings.Cut(r.APIVersion, "/")
	if !found {
		return ""
	}
	return group
}

// String is deployment/cart.
func (r Ref) String() string { return strings.ToLower(r.Kind) + "/" + r.Name }

// key is what makes two refs the same object: a newer version of the same API is no other object.
func (r Ref) key() string {
	return strings.Join([]string{r.Group(), r.Kind, r.Namespace, r.Name}, "\x00")
}

// Object is one object to apply.
type Object struct {
	Ref
	// Body is the whole object as JSON: maps, lists, strings, bools, int64 and float64. It holds what is meant to be
	// owned and nothing else: no status, no null, no empty map that was not asked for.
	Body map[string]any
}

// ApplyBody is a copy of Body, for server-side apply; the caller may drop fields from it.
func (o Object) ApplyBody() map[string]any { return copyJSON(o.Body).(map[string]any) }

// Refs lists the names of objects: the inventory of a release.
func Refs(objects []Object) []Ref {
	refs := make([]Ref, len(objects))
	for i, o := range objects {
		refs[i] = o.Ref
	}
	return refs
}

// resources are the plurals of the kinds that Compile makes.
func resourceOf(kind string) string {
	switch kind {
	case "Ingress":
		return "ingresses"
	case "NetworkPolicy":
		return "networkpolicies"
	}
	return strings.ToLower(kind) + "s"
}

// newObject turns a typed object, with its apiVersion and kind set, into one to apply.
func newObject(typed any) (Object, error) {
	body, err := toMap(typed)
	if err != nil {
		return Object{}, err
	}
	delete(body, "status")
	strip(body)
	clearRollingUpdate(body)
	meta, _ := body["metadata"].(map[string]any)
	o := Object{Body: body}
	o.APIVersion, _ = body["apiVersion"].(string)
	o.Kind, _ = body["kind"].(string)
	o.Namespace, _ = meta["namespace"].(string)
	o.Name, _ = meta["name"].(string)
	o.Resource = resourceOf(o.Kind)
	return o, nil
}

// toMap gives v as JSON data with int64 for whole numbers, which is what Kubernetes' libraries expect.
func toMap(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	var body map[string]any
	if err := decodeJSON(data, &body); err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	return body, nil
}

func decodeJSON(data []byte, into *map[string]any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	numbers(*into)
	return nil
}

// numbers replaces each json.Number by an int64 or, failing that, a float64.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole
		}
		fraction, _ := v.Float64()
		return fraction
	case map[string]any:
		for key, child := range v {
			v[key] = numbers(child)
		}
	case []any:
		for i, child := range v {
			v[i] = numbers(child)
		}
	}
	return v
}

// strip takes out what typed structs write without being asked: nulls, and maps and lists that are empty once their own
// content is stripped. Applied, each of them would claim a field. An empty map that means something is kept.
func strip(body map[string]any) {
	for key, child := range body {
		switch child := child.(type) {
		case nil:
			delete(body, key)
		case map[string]any:
			strip(child)
			if len(child) == 0 && !meaningfulEmpty(key) {
				delete(body, key)
			}
		case []any:
			for _, item := range child {
				if item, ok := item.(map[string]any); ok {
					strip(item)
				}
			}
			if len(child) == 0 {
				delete(body, key)
			}
		}
	}
}

// clearRollingUpdate asks for one null: a Deployment that was rolling has limits for it that the server filled in, which
// nobody owns, and which it refuses beside Recreate.
func clearRollingUpdate(body map[string]any) {
	if kind, _ := FieldAt(body, ".spec.strategy.type"); kind == "Recreate" {
		body["spec"].(map[string]any)["strategy"].(map[string]any)["rollingUpdate"] = nil
	}
}

// meaningfulEmpty: scratch space without a size, and the selector of all pods.
func meaningfulEmpty(key string) bool { return key == "emptyDir" || key == "podSelector" }

func copyJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, child := range v {
			out[key] = copyJSON(child)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, child := range v {
			out[i] = copyJSON(child)
		}
		return out
	}
	return v
}
