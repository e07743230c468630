package kubetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// Put creates or replaces an object, as somebody else would.
func (s *Server) Put(t testing.TB, objects ...runtime.Object) {
	t.Helper()
	for _, typed := range objects {
		kinds, _, err := Scheme().ObjectKinds(typed)
		if err != nil {
			t.Fatal(err)
		}
		object, err := toMap(typed)
		if err != nil {
			t.Fatal(err)
		}
		object["apiVersion"], object["kind"] = kinds[0].GroupVersion().String(), kinds[0].Kind
		s.mu.Lock()
		s.store(keyOf(object), object)
		s.mu.Unlock()
	}
}

// Namespace creates namespaces by name.
func (s *Server) Namespace(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		object := map[string]any{
			"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}, "status": map[string]any{"phase": "Active"},
		}
		s.store(keyOf(object), object)
	}
}

// Remove deletes an object, as somebody else would.
func (s *Server) Remove(resource, namespace, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.objects {
		if k.resource == resource && k.namespace == namespace && k.name == name {
			s.forget(k)
		}
	}
}

// Object is a copy of what is kept; nil when there is none.
func (s *Server) Object(resource, namespace, name string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, object := range s.objects {
		if k.resource == resource && k.namespace == namespace && k.name == name {
			return clone(object)
		}
	}
	return nil
}

func keyOf(object map[string]any) key {
	metadata := metadataOf(object)
	k := key{groupVersion: fmt.Sprint(object["apiVersion"]), resource: plural(fmt.Sprint(object["kind"]))}
	k.namespace, _ = metadata["namespace"].(string)
	k.name, _ = metadata["name"].(string)
	return k
}

func metadataOf(object map[string]any) map[string]any {
	metadata, ok := object["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
		object["metadata"] = metadata
	}
	return metadata
}

func clone(object map[string]any) map[string]any {
	raw, _ := json.Marshal(object)
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return out
}

// store keeps a state of an object and tells the watches. The caller holds the lock.
func (s *Server) store(k key, object map[string]any) {
	s.version++
	metadata := metadataOf(object)
	kind := "MODIFIED"
	before := s.objects[k]
	if before == nil {
		kind = "ADDED"
		if metadata["uid"] == nil {
			metadata["uid"] = fmt.Sprintf("uid-%d", s.version)
		}
	} else {
		metadata["uid"] = metadataOf(before)["uid"]
	}
	metadata["resourceVersion"] = strconv.Itoa(s.version)
	s.objects[k] = object
	s.tell(change{s.version, kind, k, clone(object)})
}

func (s *Server) forget(k key) {
	s.version++
	gone := clone(s.objects[k])
	metadataOf(gone)["resourceVersion"] = strconv.Itoa(s.version)
	delete(s.objects, k)
	s.tell(change{s.version, "DELETED", k, gone})
}

func matches(wanted, at key, object map[string]any, labelSelector, fieldSelector string) bool {
	if at.groupVersion != wanted.groupVersion || at.resource != wanted.resource || (wanted.namespace != "" && at.namespace != wanted.namespace) {
		return false
	}
	if name, ok := strings.CutPrefix(fieldSelector, "metadata.name="); ok && name != at.name {
		return false
	}
	selector, err := labels.Parse(labelSelector)
	if err != nil {
		return false
	}
	set := labels.Set{}
	held, _ := metadataOf(object)["labels"].(map[string]any)
	for name, value := range held {
		set[name] = fmt.Sprint(value)
	}
	return selector.Matches(set)
}

// change answers create, update, apply and delete.
func (s *Server) change(w http.ResponseWriter, r *http.Request, k key) {
	object, err := body(r)
	if err != nil {
		Fail(w, 400, metav1.StatusReasonBadRequest, err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	dry := r.URL.Query().Get("dryRun") != "" || object["dryRun"] != nil
	if r.Method == http.MethodPost {
		k.name, _ = metadataOf(object)["name"].(string)
	}
	live := s.objects[k]
	switch {
	case r.Method == http.MethodPost && live != nil:
		Fail(w, 409, metav1.StatusReasonAlreadyExists, fmt.Sprintf("%s %q already exists", k.resource, k.name))
		return
	case (r.Method == http.MethodPut || r.Method == http.MethodDelete) && live == nil:
		Fail(w, 404, metav1.StatusReasonNotFound, fmt.Sprintf("%s %q not found", k.resource, k.name))
		return
	case r.Method == http.MethodPut && stale(metadataOf(object)["resourceVersion"], live),
		r.Method == http.MethodDelete && refused(object, live):
		Fail(w, 409, metav1.StatusReasonConflict, "the object has been modified")
		return
	case r.Method == http.MethodDelete:
		if !dry {
			s.forget(k)
		}
		Write(w, 200, metav1.Status{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: "Success"})
		return
	case r.Method == http.MethodPatch && r.Header.Get("Content-Type") != string(types.ApplyYAMLPatchType):
		Fail(w, 415, metav1.StatusReasonUnsupportedMediaType, "kubetest knows apply only")
		return
	case r.Method == http.MethodPatch:
		merged := clone(live)
		if merged == nil {
			merged = map[string]any{}
		}
		merge(merged, object)
		object = merged
	}
	metadataOf(object)["namespace"] = k.namespace
	if k.namespace == "" {
		delete(metadataOf(object), "namespace")
	}
	if !dry {
		s.store(k, object)
	}
	Write(w, 200, object)
}

func stale(given any, live map[string]any) bool {
	text, _ := given.(string)
	return text != "" && text != metadataOf(live)["resourceVersion"]
}

// refused tells whether the preconditions of a deletion don't hold.
func refused(options, live map[string]any) bool {
	wanted, _ := options["preconditions"].(map[string]any)
	for _, name := range []string{"uid", "resourceVersion"} {
		if value, given := wanted[name]; given && value != metadataOf(live)[name] {
			return true
		}
	}
	return false
}

func merge(into, from map[string]any) {
	for name, value := range maps.All(from) {
		inner, isMap := value.(map[string]any)
		held, both := into[name].(map[string]any)
		if isMap && both {
			merge(held, inner)
			continue
		}
		into[name] = value
	}
}
