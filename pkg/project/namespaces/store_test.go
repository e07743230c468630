package namespaces_test

import (
	"fmt"
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
	"github.com/bcpaas/bcpaas/pkg/project"
	"github.com/bcpaas/bcpaas/pkg/project/namespaces"
)

func store(t *testing.T) (*kubetest.Server, *namespaces.Store) {
	t.Helper()
	s := kubetest.New(t)
	client, err := kube.New(kube.Target{Kubeconfig: s.Kubeconfig(t, "shop")})
	if err != nil {
		t.Fatal(err)
	}
	return s, namespaces.New(client)
}

func spec() project.Spec {
	quota, _ := project.ParseQuota("small")
	return project.Spec{Name: "shop", Owner: "ada", Quota: quota, Limits: true, Isolated: true}
}

func TestCreate(t *testing.T) {
	s, store := store(t)
	dry, err := store.Create(t.Context(), spec(), true)
	if err != nil || len(dry.Objects) != 4 || s.Object("namespaces", "", "shop") != nil {
		t.Fatalf("%+v, %v", dry, err)
	}
	made, err := store.Create(t.Context(), spec(), false)
	if err != nil || made.Existed || s.Object("resourcequotas", "shop", project.ObjectName) == nil || s.Object("networkpolicies", "shop", project.ObjectName) == nil {
		t.Fatalf("%+v, %v", made, err)
	}
	writes := len(s.Writes())
	again, err := store.Create(t.Context(), spec(), false)
	if err != nil || !again.Existed || len(s.Writes()) != writes {
		t.Errorf("%+v, %v", again, err)
	}
	other := spec()
	other.Owner = "bob"
	if _, err := store.Create(t.Context(), other, false); fault.ExitCode(err) != 6 || len(s.Writes()) != writes {
		t.Errorf("%v", err)
	}
	s.Remove("limitranges", "shop", project.ObjectName)
	ended, err := store.Create(t.Context(), spec(), false)
	if err != nil || !ended.Existed || s.Object("limitranges", "shop", project.ObjectName) == nil {
		t.Errorf("what an interrupted run left out is made: %+v, %v", ended, err)
	}
	// A conflict is found before anything is made.
	s.Remove("limitranges", "shop", project.ObjectName)
	s.Put(t, &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: project.ObjectName}})
	if _, err := store.Create(t.Context(), spec(), false); fault.ExitCode(err) != 6 || s.Object("limitranges", "shop", project.ObjectName) != nil {
		t.Errorf("%v", err)
	}
}

func TestCreateFailsMidway(t *testing.T) {
	s, store := store(t)
	s.On("PATCH", "/resourcequotas/"+project.ObjectName, func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "resourcequotas") })
	_, err := store.Create(t.Context(), spec(), false)
	if want := "creating project shop (made so far: 1 of 4 objects)"; fault.ExitCode(err) != 5 || fmt.Sprint(err)[:len(want)] != want {
		t.Errorf("%v", err)
	}
}

func TestGetListBrief(t *testing.T) {
	s, store := store(t)
	if _, err := store.Create(t.Context(), spec(), false); err != nil {
		t.Fatal(err)
	}
	s.Namespace("kube-system", "plain")
	for i := range 3 {
		s.Put(t, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprint("pod-", i)}})
	}
	got, err := store.Get(t.Context(), "shop")
	if err != nil || got.Owner != "ada" || !got.Managed || got.Protected || got.Contents["pods"] != 3 || len(got.Contents) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	var seen []string
	for p, err := range store.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, fmt.Sprint(p.Name, p.Protected))
	}
	if fmt.Sprint(seen) != "[kube-systemtrue plainfalse shopfalse]" && fmt.Sprint(seen) != "[kube-system true plain false shop false]" {
		t.Errorf("%v", seen)
	}
	for _, read := range []func() error{
		func() error { _, err := store.Get(t.Context(), "none"); return err }, func() error { _, err := store.Brief(t.Context(), "none"); return err },
		func() error { _, err := store.Protect(t.Context(), "none", true); return err },
	} {
		if err := read(); fault.ExitCode(err) != 3 || fault.ReportOf(err).Hint == "" {
			t.Errorf("%v", err)
		}
	}
}

func TestProtectGoesOnWhenSomebodyWasFaster(t *testing.T) {
	s, store := store(t)
	s.Namespace("shop")
	races := 0
	s.Handle(func(_ http.ResponseWriter, r *http.Request) bool {
		if races++; r.Method == http.MethodPut && races < 4 {
			s.Put(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
		}
		return false
	})
	for _, c := range []struct{ on, changed bool }{{true, true}, {true, false}, {false, true}, {false, false}} {
		if changed, err := store.Protect(t.Context(), "shop", c.on); changed != c.changed || err != nil {
			t.Errorf("%+v: %v, %v", c, changed, err)
		}
		if got, err := store.Brief(t.Context(), "shop"); got.Protected != c.on || err != nil {
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
}

func TestDelete(t *testing.T) {
	s, store := store(t)
	s.Namespace("shop")
	if err := store.Delete(t.Context(), "shop", true); err != nil || s.Object("namespaces", "", "shop") == nil {
		t.Errorf("dry run: %v", err)
	}
	if err := store.Delete(t.Context(), "shop", false); err != nil || s.Object("namespaces", "", "shop") != nil {
		t.Errorf("%v", err)
	}
	if err := store.Delete(t.Context(), "shop", false); fault.ExitCode(err) != 3 {
		t.Errorf("%v", err)
	}
}
