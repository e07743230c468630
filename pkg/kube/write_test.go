package kube_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
	"github.com/bcpaas/bcpaas/pkg/manifest"
)

func applyMap(ctx context.Context, c *kube.Client) error {
	_, err := c.Apply(ctx, kube.ConfigMaps(), "shop", configMap("blue"), kube.ApplyOptions{})
	return err
}

func configMap(colour string) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "cart"}, "data": map[string]any{"colour": colour},
	}
}

var statusType = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}

func TestApply(t *testing.T) {
	s := kubetest.New(t)
	var queries []string
	s.Handle(func(_ http.ResponseWriter, r *http.Request) bool {
		queries = append(queries, r.Method+" "+r.URL.RawQuery+" "+r.Header.Get("Content-Type"))
		return false
	})
	client := dial(t, s)
	for _, o := range []kube.ApplyOptions{{DryRun: true}, {}, {Force: true}} {
		live, err := client.Apply(t.Context(), kube.ConfigMaps(), "shop", configMap("blue"), o)
		if err != nil || !manifest.Holds(live, configMap("blue")) {
			t.Fatalf("%v, %v", live, err)
		}
		if there := s.Object("configmaps", "shop", "cart") != nil; there == o.DryRun {
			t.Errorf("%+v: on the server: %v", o, there)
		}
	}
	want := []string{
		"PATCH dryRun=All&fieldManager=bcpaas application/apply-patch+yaml",
		"PATCH fieldManager=bcpaas application/apply-patch+yaml",
		"PATCH fieldManager=bcpaas&force=true application/apply-patch+yaml",
	}
	if !slices.Equal(queries, want) {
		t.Errorf("%q", queries)
	}
}

func TestApplyConflictNamesEachField(t *testing.T) {
	causes := []metav1.StatusCause{
		{Type: metav1.CauseTypeFieldManagerConflict, Field: ".spec.replicas", Message: `conflict with "kubectl-scale" using apps/v1 at 2026-01-02T03:04:05Z`},
		{Type: metav1.CauseTypeFieldManagerConflict, Field: `.spec.template.spec.containers[name="web"].image`, Message: `conflict with "kubectl-edit" using apps/v1`},
		{Type: metav1.CauseTypeFieldManagerConflict, Field: ".data", Message: "some other words"},
		{Type: metav1.CauseTypeUnexpectedServerResponse, Field: "x", Message: "not a conflict"},
	}
	s := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		kubetest.Write(w, 409, metav1.Status{
			TypeMeta: statusType, Status: "Failure", Code: 409, Reason: metav1.StatusReasonConflict, Message: "Apply failed with 3 conflicts",
			Details: &metav1.StatusDetails{Causes: causes},
		})
	})
	err := applyMap(t.Context(), dial(t, s))
	wantFault(t, err, fault.Conflict, "applying configMap shop/cart: Apply failed with 3 conflicts")
	var refused *kube.ConflictError
	if !errors.As(err, &refused) {
		t.Fatalf("%T: %v", err, err)
	}
	want := []kube.Conflict{
		{Path: ".spec.replicas", Manager: "kubectl-scale"},
		{Path: `.spec.template.spec.containers[name="web"].image`, Manager: "kubectl-edit"},
		{Path: ".data", Manager: "another manager"},
	}
	if !reflect.DeepEqual(refused.Conflicts, want) {
		t.Errorf("%+v", refused.Conflicts)
	}
}

func TestOtherConflictsOfAnApplyAreNoFieldConflicts(t *testing.T) {
	for name, details := range map[string]*metav1.StatusDetails{
		"none": nil, "empty": {}, "other": {Causes: []metav1.StatusCause{{Type: metav1.CauseTypeForbidden}}},
	} {
		s := answering(t, func(w http.ResponseWriter, _ *http.Request) {
			kubetest.Write(w, 409, metav1.Status{TypeMeta: statusType, Status: "Failure", Code: 409, Reason: metav1.StatusReasonConflict, Message: "changed", Details: details})
		})
		err := applyMap(t.Context(), dial(t, s))
		wantFault(t, err, fault.Conflict)
		var refused *kube.ConflictError
		if errors.As(err, &refused) {
			t.Errorf("%s: %+v", name, refused.Conflicts)
		}
	}
}

func TestAnswerThatIsNoJSON(t *testing.T) {
	s := answering(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("not json")) })
	wantFault(t, applyMap(t.Context(), dial(t, s)), fault.NoVerdict, "reading the server's answer")
}

func TestGetRaw(t *testing.T) {
	s := kubetest.New(t)
	client := dial(t, s)
	if got, err := client.GetRaw(t.Context(), kube.Pods(), "shop", "cart"); got != nil || err != nil {
		t.Errorf("%v, %v: what is not there is nil and no error", got, err)
	}
	made := pod("cart")
	made.Spec.Priority = new(int32)
	*made.Spec.Priority = 7
	s.Put(t, made)
	got, err := client.GetRaw(t.Context(), kube.Pods(), "shop", "cart")
	if err != nil || !manifest.Holds(got, map[string]any{"spec": map[string]any{"priority": int64(7)}}) {
		t.Errorf("%v, %v: whole numbers are int64", got, err)
	}
}

func TestCreateAndUpdateCompareVersions(t *testing.T) {
	s := kubetest.New(t)
	client := dial(t, s)
	if _, err := kube.Create(t.Context(), client, kube.Pods(), pod("dry"), true); err != nil || s.Object("pods", "shop", "dry") != nil {
		t.Errorf("a dry run made it, or %v", err)
	}
	made, err := kube.Create(t.Context(), client, kube.Pods(), pod("cart"), false)
	if err != nil || made.ResourceVersion == "" {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = kube.Create(t.Context(), client, kube.Pods(), pod("cart"), false)
	wantFault(t, err, fault.Conflict, "creating pod shop/cart")
	if _, err := kube.Update(t.Context(), client, kube.Pods(), made.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	_, err = kube.Update(t.Context(), client, kube.Pods(), made.DeepCopy())
	wantFault(t, err, fault.Conflict, "updating pod shop/cart")
}

func TestDelete(t *testing.T) {
	s := kubetest.New(t)
	client := dial(t, s)
	remove := func(o kube.DeleteOptions) (bool, error) {
		return client.Delete(t.Context(), kube.Pods(), "shop", "cart", o)
	}
	if found, err := remove(kube.DeleteOptions{}); found || err != nil {
		t.Errorf("%v, %v: nothing there is success", found, err)
	}
	made, err := kube.Create(t.Context(), client, kube.Pods(), pod("cart"), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []kube.DeleteOptions{{UID: "another"}, {ResourceVersion: "1"}} {
		_, err := remove(o)
		wantFault(t, err, fault.Conflict, "deleting pod shop/cart")
	}
	if found, err := remove(kube.DeleteOptions{DryRun: true}); !found || err != nil || s.Object("pods", "shop", "cart") == nil {
		t.Errorf("dry run: %v, %v", found, err)
	}
	found, err := remove(kube.DeleteOptions{UID: made.UID, ResourceVersion: made.ResourceVersion, Foreground: true})
	if !found || err != nil || s.Object("pods", "shop", "cart") != nil {
		t.Errorf("%v, %v", found, err)
	}
}
