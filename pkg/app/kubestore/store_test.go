package kubestore_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/kubestore"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

func newStore(t *testing.T) (*kubetest.Server, *kubestore.Store) {
	t.Helper()
	s := kubetest.New(t)
	client, err := kube.New(kube.Target{Kubeconfig: s.Kubeconfig(t, "shop")})
	if err != nil {
		t.Fatal(err)
	}
	return s, kubestore.New(client)
}

func meta(namespace, name, ofApp string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: namespace, Name: name, Generation: 1}
	if ofApp != "" {
		m.Labels = map[string]string{app.LabelManagedBy: app.ManagedBy, app.LabelName: ofApp}
		m.Annotations = map[string]string{app.AnnotationRelease: "7"}
	}
	return m
}

func deployment(namespace, name, ofApp string, wanted, ready int32) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: meta(namespace, name, ofApp), Spec: appsv1.DeploymentSpec{Replicas: &wanted, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": name}}}}
	d.Spec.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: "x:1"}}
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: wanted, UpdatedReplicas: wanted, ReadyReplicas: ready, AvailableReplicas: ready}
	return d
}

func names(t *testing.T, store *kubestore.Store, q inventory.Query) (out []string, err error) {
	t.Helper()
	for row, err := range store.List(t.Context(), q) {
		if err != nil {
			return out, err
		}
		out = append(out, fmt.Sprintf("%s/%s/%s=%s", row.Project, row.Kind, row.Name, row.Health))
	}
	return out, nil
}

func filled(t *testing.T) (*kubetest.Server, *kubestore.Store) {
	s, store := newStore(t)
	s.Namespace("bank", "shop")
	yes := true
	child := &batchv1.Job{ObjectMeta: meta("shop", "nightly-1", "")}
	child.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: "nightly", Controller: &yes}}
	s.Put(t, deployment("shop", "cart", "cart", 2, 2), deployment("shop", "web", "", 2, 1), deployment("bank", "till", "", 0, 0), child,
		&batchv1.CronJob{ObjectMeta: meta("shop", "nightly", ""), Spec: batchv1.CronJobSpec{Schedule: "@daily"}},
		&appsv1.StatefulSet{ObjectMeta: meta("shop", "web", "")}, &corev1.Service{ObjectMeta: meta("shop", "cart", "cart")})
	return s, store
}

func TestListIsSortedAndReadsPodsOfTheUnwellOnly(t *testing.T) {
	s, store := filled(t)
	got, err := names(t, store, inventory.Query{Kinds: []string{"CronJob", "Deployment", "Job"}})
	want := "[bank/Deployment/till=stopped shop/Deployment/cart=healthy shop/CronJob/nightly=healthy shop/Deployment/web=progressing]"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v, %v", got, err)
	}
	pods := 0
	for _, request := range s.Requests() {
		if strings.HasSuffix(request, "/pods") {
			pods++
		}
	}
	if pods != 1 {
		t.Errorf("pods were read %d times; only web is unwell", pods)
	}
	if got, err := names(t, store, inventory.Query{Project: "shop", Kinds: []string{"Deployment"}, Selector: app.LabelName + "=cart"}); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestListThatIsRefusedFallsBackToProjects(t *testing.T) {
	s, store := filled(t)
	s.On("GET", "/apis/apps/v1/deployments", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "deployments") })
	s.On("GET", "/namespaces/bank/deployments", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "deployments") })
	notes := ""
	query := inventory.Query{Kinds: []string{"Deployment"}, Note: func(format string, args ...any) { notes += fmt.Sprintf(format, args...) }}
	got, err := names(t, store, query)
	if err != nil || len(got) != 2 || !strings.Contains(notes, "1 of 2 projects are shown") {
		t.Errorf("%v, %v, %q", got, err, notes)
	}
	s.On("GET", "/namespaces/shop/deployments", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "deployments") })
	if _, err := names(t, store, query); fault.ExitCode(err) != 5 {
		t.Errorf("%v", err)
	}
}

func TestListThatBreaksOffSaysSo(t *testing.T) {
	s, store := filled(t)
	s.On("GET", "/cronjobs", func(w http.ResponseWriter, _ *http.Request) { kubetest.Fail(w, 503, "ServiceUnavailable", "no") })
	got, err := names(t, store, inventory.Query{Kinds: []string{"CronJob", "Deployment"}})
	if fault.ExitCode(err) != 7 || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestFind(t *testing.T) {
	s, store := filled(t)
	for text, want := range map[string]string{
		"shop/cart": "[shop/deployment/cart]", "shop/deploy/web": "[shop/deployment/web]", "shop/nightly": "[shop/cronjob/nightly]", "bank/till": "[bank/deployment/till]",
	} {
		arg, err := inventory.ParseArg(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := store.Find(t.Context(), arg); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for text, c := range map[string]struct {
		exit int
		says string
	}{
		"shop/web": {2, "deployment/web or statefulset/web"}, "shop/crat": {3, "project shop has no crat"}, "none/cart": {3, "project none does not exist"}, "shop/a b": {3, ""},
	} {
		arg, _ := inventory.ParseArg(text)
		if _, err := store.Find(t.Context(), arg); fault.ExitCode(err) != c.exit || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := store.Find(t.Context(), inventory.Arg{Project: "shop", Name: "crat"}); !strings.Contains(fault.ReportOf(err).Hint, "did you mean cart?") {
		t.Errorf("%q", fault.ReportOf(err).Hint)
	}
	if got, err := store.Names(t.Context(), "shop"); fmt.Sprint(got) != "[cart nightly web]" || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := store.Running(t.Context(), inventory.Arg{Project: "shop", Name: "cart"}); err != nil {
		t.Error(err)
	}
	s.On("GET", "/pods/lonely", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "pods") })
	if _, err := store.Find(t.Context(), inventory.Arg{Project: "shop", Name: "lonely"}); fault.ExitCode(err) == 0 {
		t.Error("a name nobody has is found")
	}
}

func TestClusterPort(t *testing.T) {
	s, store := filled(t)
	if who, err := store.Who(t.Context()); who != kubetest.Actor || err != nil {
		t.Errorf("%s, %v", who, err)
	}
	s.On("POST", "/selfsubjectreviews", func(w http.ResponseWriter, _ *http.Request) { kubetest.Fail(w, 404, "NotFound", "old server") })
	if who, err := store.Who(t.Context()); who != "unknown" || err != nil {
		t.Errorf("%s, %v", who, err)
	}
	s.On("POST", "/selfsubjectreviews", func(w http.ResponseWriter, _ *http.Request) { kubetest.Fail(w, 401, "Unauthorized", "who?") })
	if _, err := store.Who(t.Context()); fault.ExitCode(err) != 4 {
		t.Errorf("%v", err)
	}
	ref := app.Ref{APIVersion: "v1", Kind: "ConfigMap", Resource: "configmaps", Namespace: "shop", Name: "c"}
	body := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "c", "namespace": "shop"}, "data": map[string]any{"a": "b"}}
	if _, conflicts, err := store.Apply(t.Context(), ref, body, rollout.Mode{}); len(conflicts) != 0 || err != nil {
		t.Errorf("%v, %v", conflicts, err)
	}
	if live, err := store.Live(t.Context(), ref); live == nil || err != nil {
		t.Errorf("%v, %v", live, err)
	}
	if found, err := store.Delete(t.Context(), ref); !found || err != nil {
		t.Errorf("%v, %v", found, err)
	}
	s.On("GET", "/api/v1/namespaces/shop", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "namespaces") })
	if err := store.CheckProject(t.Context(), "shop"); err != nil {
		t.Errorf("who may not read namespaces is let through: %v", err)
	}
	s.Put(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "going"}, Status: corev1.NamespaceStatus{Phase: corev1.NamespaceTerminating}})
	if err := store.CheckProject(t.Context(), "going"); fault.ExitCode(err) != 6 {
		t.Errorf("%v", err)
	}
}

func TestOwnedAndForget(t *testing.T) {
	s, store := filled(t)
	got, err := store.Owned(t.Context(), "shop", "cart")
	if err != nil || len(got) != 2 || got[0].String() != "deployment/cart" || got[1].String() != "service/cart" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := store.Owned(t.Context(), "shop", "a,b=c"); fault.ExitCode(err) != 2 {
		t.Errorf("a name becomes a selector: %v", err)
	}
	release := app.Release{ID: 1, App: "cart", Project: "shop"}
	hash, chunks, err := app.EncodeContent([]map[string]any{{"kind": "X"}})
	release.ContentHash = hash
	if err == nil {
		err = store.Begin(t.Context(), rollout.Head{}, release, chunks)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Forget(t.Context(), "shop", "cart", false); err != nil {
		t.Fatal(err)
	}
	if head, err := store.Head(t.Context(), "shop", "cart"); head.Last != 1 || head.Base != 0 || err != nil {
		t.Errorf("kept for 30 days, nothing live: %+v, %v", head, err)
	}
	if got, _ := store.Owned(t.Context(), "shop", "cart"); len(got) != 2 {
		t.Errorf("records are taken for objects of the app: %v", got)
	}
	for range 2 {
		if err := store.Forget(t.Context(), "shop", "cart", true); err != nil {
			t.Fatal(err)
		}
	}
	if left := s.Object("configmaps", "shop", "bcpaas.app.cart"); left != nil {
		t.Errorf("%v", left)
	}
}
