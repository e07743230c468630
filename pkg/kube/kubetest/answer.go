package kubetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

// Actor is who the server says that everybody is.
const Actor = "ada@example.org"

// key names an object, or with an empty name a list.
type key struct{ groupVersion, resource, namespace, name string }

// parsePath reads /api/v1/... and /apis/GROUP/VERSION/...
func parsePath(path string) (k key, sub string, ok bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case len(parts) > 2 && parts[0] == "api":
		k.groupVersion, parts = parts[1], parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		k.groupVersion, parts = parts[1]+"/"+parts[2], parts[3:]
	default:
		return k, "", false
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		k.namespace, parts = parts[1], parts[2:]
	}
	k.resource = parts[0]
	if len(parts) > 1 {
		k.name = parts[1]
	}
	return k, strings.Join(parts[min(2, len(parts)):], "/"), true
}

// Fail answers with a Status, as the API server does.
func Fail(w http.ResponseWriter, code int, reason metav1.StatusReason, message string) {
	Write(w, code, metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"},
		Status:   "Failure", Code: int32(code), Reason: reason, Message: message,
	})
}

// Forbid answers 403 as the API server does.
func Forbid(w http.ResponseWriter, what string) {
	Fail(w, http.StatusForbidden, metav1.StatusReasonForbidden, what+` is forbidden: User "`+Actor+`" cannot do that`)
}

// Write answers with JSON.
func Write(w http.ResponseWriter, code int, object any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(object)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/version" {
		Write(w, 200, map[string]string{"major": "1", "minor": "34", "gitVersion": "v1.34.4"})
		return
	}
	k, sub, ok := parsePath(r.URL.Path)
	switch {
	case !ok || (sub != "" && sub != "log"):
		Fail(w, 404, metav1.StatusReasonNotFound, "kubetest does not serve "+r.URL.Path)
	case sub == "log":
		Fail(w, 400, metav1.StatusReasonBadRequest, "kubetest keeps no logs: give a handler")
	case r.Method == http.MethodGet && r.URL.Query().Get("watch") == "true":
		s.watch(w, r, k)
	case r.Method == http.MethodGet && k.name == "":
		s.list(w, r, k)
	case r.Method == http.MethodGet:
		s.get(w, k)
	case r.Method == http.MethodPost && k.resource == "selfsubjectreviews":
		Write(w, 201, map[string]any{
			"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
			"status": map[string]any{"userInfo": map[string]any{"username": Actor}},
		})
	default:
		s.change(w, r, k)
	}
}

// Scheme knows the kinds in use.
func Scheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	builder := runtime.NewSchemeBuilder(
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, autoscalingv2.AddToScheme, networkingv1.AddToScheme,
		policyv1.AddToScheme, coordinationv1.AddToScheme, authenticationv1.AddToScheme,
	)
	if err := builder.AddToScheme(scheme); err != nil {
		panic(err)
	}
	return scheme
}

// body reads an object in any of the forms in which clients send it.
func body(r *http.Request) (map[string]any, error) {
	raw, err := io.ReadAll(r.Body)
	if err != nil || len(raw) == 0 {
		return map[string]any{}, err
	}
	if raw[0] == '{' {
		var object map[string]any
		return object, json.Unmarshal(raw, &object)
	}
	typed, gvk, err := serializer.NewCodecFactory(Scheme()).UniversalDeserializer().Decode(raw, nil, nil)
	if err != nil {
		return nil, err
	}
	object, err := toMap(typed)
	if err == nil {
		object["apiVersion"], object["kind"] = gvk.GroupVersion().String(), gvk.Kind
	}
	return object, err
}

func toMap(typed any) (map[string]any, error) {
	raw, err := json.Marshal(typed)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	return object, json.Unmarshal(raw, &object)
}

func (s *Server) get(w http.ResponseWriter, k key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	object := s.objects[k]
	if object == nil {
		Fail(w, 404, metav1.StatusReasonNotFound, fmt.Sprintf("%s %q not found", k.resource, k.name))
		return
	}
	Write(w, 200, object)
}

// list gives pages: the continue token is the number of items before.
func (s *Server) list(w http.ResponseWriter, r *http.Request, k key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := r.URL.Query()
	var keys []key
	for at, object := range s.objects {
		if matches(k, at, object, query.Get("labelSelector"), query.Get("fieldSelector")) {
			keys = append(keys, at)
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.namespace+"\x00"+a.name, b.namespace+"\x00"+b.name) })
	from, _ := strconv.Atoi(query.Get("continue"))
	limit, _ := strconv.Atoi(query.Get("limit"))
	metadata := map[string]any{"resourceVersion": strconv.Itoa(s.version)}
	keys = keys[min(from, len(keys)):]
	if limit > 0 && len(keys) > limit {
		metadata["continue"], metadata["remainingItemCount"] = strconv.Itoa(from+limit), len(keys)-limit
		keys = keys[:limit]
	}
	items := []any{}
	for _, at := range keys {
		items = append(items, s.objects[at])
	}
	Write(w, 200, map[string]any{"apiVersion": k.groupVersion, "kind": kindOf(k.resource) + "List", "metadata": metadata, "items": items})
}

func kindOf(resource string) string {
	for gvk := range Scheme().AllKnownTypes() {
		if plural(gvk.Kind) == resource {
			return gvk.Kind
		}
	}
	return "Unknown"
}

func plural(kind string) string {
	kind = strings.ToLower(kind)
	switch {
	case strings.HasSuffix(kind, "ss"):
		return kind + "es"
	case strings.HasSuffix(kind, "cy"):
		return kind[:len(kind)-1] + "ies"
	default:
		return kind + "s"
	}
}
