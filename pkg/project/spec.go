package project

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// Spec is what a project is to be.
type Spec struct {
	Name, Owner, Description string
	Protected                bool
	Quota                    map[string]resource.Quantity // nil: none. "cpu" and "memory" bound the requests.
	Limits                   bool                         // defaults and requests for containers that name none
	Isolated                 bool                         // only traffic from within the project, and DNS, may enter or leave freely
}

// Objects is the spec as apply bodies, in the order in which they are applied.
func (s Spec) Objects() []map[string]any {
	objects := []map[string]any{s.namespace()}
	if len(s.Quota) > 0 {
		objects = append(objects, s.object("v1", "ResourceQuota", map[string]any{"hard": quotaHard(s.Quota)}))
	}
	if s.Limits {
		objects = append(objects, s.object("v1", "LimitRange", limits()))
	}
	if s.Isolated {
		objects = append(objects, s.object("networking.k8s.io/v1", "NetworkPolicy", isolation()))
	}
	return objects
}

func (s Spec) namespace() map[string]any {
	labels := map[string]any{LabelManaged: "bcpaas"}
	if s.Protected {
		labels[LabelProtected] = "true"
	}
	notes := map[string]any{}
	if s.Owner != "" {
		notes[NoteOwner] = s.Owner
	}
	if s.Description != "" {
		notes[NoteAbout] = s.Description
	}
	metadata := map[string]any{"name": s.Name, "labels": labels}
	if len(notes) > 0 {
		metadata["annotations"] = notes
	}
	return map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
}

func (s Spec) object(apiVersion, kind string, spec map[string]any) map[string]any {
	return map[string]any{
		"apiVersion": apiVersion, "kind": kind, "spec": spec,
		"metadata": map[string]any{
			"name": ObjectName, "namespace": s.Name, "labels": map[string]any{LabelManaged: "bcpaas"},
		},
	}
}

// quotaHard bounds requests, not limits: limits may be larger than what a node has, requests are what is reserved.
func quotaHard(quota map[string]resource.Quantity) map[string]any {
	hard := map[string]any{}
	for name, quantity := range quota {
		if name == "cpu" || name == "memory" || strings.HasPrefix(name, "ephemeral-storage") {
			name = "requests." + name
		}
		hard[name] = quantity.String()
	}
	return hard
}

// limits gives containers that name no request a small one, so that a quota never refuses them and the scheduler
// never takes them for free. It sets no default limit for CPU: a throttled container is slow for no visible reason.
func limits() map[string]any {
	return map[string]any{"limits": []any{map[string]any{
		"type":           "Container",
		"defaultRequest": map[string]any{"cpu": "50m", "memory": "64Mi"},
		"default":        map[string]any{"memory": "512Mi"},
	}}}
}

// isolation lets traffic in from the project itself only. What may leave is not bounded: DNS, registries and the
// outside are everyone's.
func isolation() map[string]any {
	return map[string]any{
		"podSelector": map[string]any{},
		"policyTypes": []any{"Ingress"},
		"ingress":     []any{map[string]any{"from": []any{map[string]any{"podSelector": map[string]any{}}}}},
	}
}
