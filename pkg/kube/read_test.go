package kube_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

func TestPagesFollowContinue(t *testing.T) {
	s := kubetest.New(t)
	for i := range 2*kube.PageSize + 1 {
		s.Put(t, pod(fmt.Sprintf("pod-%04d", i)))
	}
	pages, err := listPods(t.Context(), dial(t, s))
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Concat(pages...)
	if len(pages) != 3 || len(all) != 2*kube.PageSize+1 || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("%d pages, %d names", len(pages), len(all))
	}
}

func TestListThatOutlivesTheServersMemoryHasNoVerdict(t *testing.T) {
	s := kubetest.New(t)
	for i := range kube.PageSize + 1 {
		s.Put(t, pod(fmt.Sprint("pod-", i)))
	}
	s.Handle(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("continue") == "" {
			return false
		}
		kubetest.Fail(w, 410, metav1.StatusReasonExpired, "The provided continue parameter is too old")
		return true
	})
	pages, err := listPods(t.Context(), dial(t, s))
	wantFault(t, err, fault.NoVerdict, "the list changed too much", "run the command again")
	if len(pages) != 1 {
		t.Errorf("%d pages before the fault", len(pages))
	}
}

func TestPagesStopWhenNobodyAsks(t *testing.T) {
	s := kubetest.New(t)
	for i := range kube.PageSize + 1 {
		s.Put(t, pod(fmt.Sprint("pod-", i)))
	}
	for range kube.Pages[corev1.PodList](t.Context(), dial(t, s), kube.Pods(), kube.Query{}) {
		break
	}
	if got := s.Requests(); len(got) != 1 || got[0] != "GET /api/v1/pods" {
		t.Errorf("%v", got)
	}
}

func TestQueryReachesTheServer(t *testing.T) {
	s := kubetest.New(t)
	other := pod("other")
	other.Labels = map[string]string{"app": "web"}
	s.Put(t, pod("cart"), other)
	names := func(q kube.Query) string {
		var out []string
		for page, err := range kube.Pages[corev1.PodList](t.Context(), dial(t, s), kube.Pods(), q) {
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				out = append(out, item.Name)
			}
		}
		return strings.Join(out, " ")
	}
	for want, q := range map[string]kube.Query{
		"cart other": {Namespace: "shop"}, "cart": {Labels: "app=cart"}, "other": {Fields: "metadata.name=other"}, "": {Namespace: "bank"},
	} {
		if got := names(q); got != want {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
	}
}

func TestCountReadsOneAndAsksForTheRest(t *testing.T) {
	s := kubetest.New(t)
	client := dial(t, s)
	for want := range 4 {
		got, err := kube.Count(t.Context(), client, kube.Pods(), "shop")
		if err != nil || got != want {
			t.Errorf("%d, %v; want %d", got, err, want)
		}
		s.Put(t, pod(fmt.Sprint("pod-", want)))
	}
	s.On("GET", "/pods", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "pods") })
	_, err := kube.Count(t.Context(), client, kube.Pods(), "shop")
	wantFault(t, err, fault.Forbidden, "listing pods in shop")
}

func TestMessagesNameWhatWasRead(t *testing.T) {
	s := answering(t, func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "it") })
	client := dial(t, s)
	_, err := kube.Get[corev1.Namespace](t.Context(), client, kube.Namespaces(), "", "shop")
	wantFault(t, err, fault.Forbidden, "reading project shop: ")
	for want, q := range map[string]struct {
		r  kube.Resource
		ns string
	}{
		"listing pods in all projects: ": {kube.Pods(), ""}, "listing nodes: ": {kube.Nodes(), ""}, "listing pods in shop: ": {kube.Pods(), "shop"},
	} {
		_, err := kube.Count(t.Context(), client, q.r, q.ns)
		wantFault(t, err, fault.Forbidden, want)
	}
}

func TestVersion(t *testing.T) {
	s := kubetest.New(t)
	info, err := dial(t, s).Version(t.Context())
	if err != nil || info.GitVersion != "v1.34.4" {
		t.Errorf("%+v, %v", info, err)
	}
	s.On("GET", "/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") })
	if _, err := dial(t, s).Version(t.Context()); err == nil || !strings.Contains(err.Error(), "reading the version of lab") {
		t.Errorf("%v", err)
	}
}

func TestResourceOf(t *testing.T) {
	r, ok := kube.ResourceOf("apps/v1", "Deployment")
	if !ok || r != kube.Deployments() || r.Key() != "apps/v1 Deployment" {
		t.Errorf("%+v %v", r, ok)
	}
	if _, ok := kube.ResourceOf("apps/v1beta1", "Deployment"); ok {
		t.Error("an old version was taken for the current one")
	}
	if r, _ := kube.ResourceOf("v1", "Namespace"); !r.ClusterScoped {
		t.Error("namespaces live in no namespace")
	}
}
