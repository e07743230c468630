package rollout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
)

const worker = `  - name: worker
    image: registry.example/worker:1
    volumes: [{name: data, path: /data, size: 1Gi}]
`

func withWorker(t *testing.T) *app.App { return cart(t, "registry.example/cart:1", worker) }

func has(w *world, name string) bool { return slices.Contains(w.cluster.Names(), name) }

func TestPruneAfterSuccessOnly(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, withWorker(t)))
	claim := app.Ref{APIVersion: "v1", Kind: "PersistentVolumeClaim", Resource: "persistentvolumeclaims", Namespace: "shop", Name: "data-cart-worker-0"}
	w.cluster.Change(claim, "kube-controller-manager", func(map[string]any) {})
	w.breaks()
	if _, err := w.run(t.Context(), request(t, image(t, "2"))); err == nil || !has(w, "statefulset/cart-worker") {
		t.Errorf("pruned although it failed (%v): %v", err, w.cluster.Names())
	}
	outcome := w.good(request(t, image(t, "3")))
	if has(w, "statefulset/cart-worker") || !has(w, "deployment/cart") || !has(w, "persistentvolumeclaim/data-cart-worker-0") {
		t.Errorf("%v", w.cluster.Names())
	}
	pruned := 0
	for _, e := range w.events {
		if e.Action == rollout.Remove {
			pruned++
		}
	}
	w.equal("changed", outcome.Changed, 1+pruned)
}

func TestPruneLeavesWhatIsNoLongerOurs(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, withWorker(t)))
	set := app.Ref{APIVersion: "apps/v1", Kind: "StatefulSet", Resource: "statefulsets", Namespace: "shop", Name: "cart-worker"}
	w.cluster.Change(set, "helm", func(body map[string]any) {
		body["metadata"].(map[string]any)["labels"] = map[string]any{app.LabelManagedBy: "Helm", app.LabelName: "cart"}
	})
	w.good(request(t, image(t, "2")))
	if !has(w, "statefulset/cart-worker") {
		t.Error("it is Helm's by now, and was deleted")
	}
}

func TestPruneFailureDoesNotRollBack(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, withWorker(t)))
	w.cluster.Refuse = func(verb string, ref app.Ref) error {
		if verb == "delete" && ref.Kind == "StatefulSet" {
			return errors.New("webhook says no")
		}
		return nil
	}
	_, err := w.run(t.Context(), request(t, image(t, "2"), atomic))
	if err == nil || !strings.Contains(err.Error(), "deleting statefulset/cart-worker, which the app no longer has, failed: webhook says no") {
		t.Fatalf("%v", err)
	}
	w.equal("image", w.field(imagePath), "registry.example/cart:2")
	if strings.Contains(err.Error(), "rolled back") {
		t.Errorf("%v", err)
	}
}

func TestOldReleasesAreDropped(t *testing.T) {
	w := newWorld(t)
	for n := 1; n <= 5; n++ {
		w.good(request(t, image(t, fmt.Sprint(n)), func(r *rollout.Request) { r.Keep = 2 }))
	}
	w.equal("releases", w.releases(), []string{"5 succeeded", "4 succeeded"})
	for range 3 {
		w.breaks()
		if _, err := w.run(t.Context(), request(t, image(t, "bad"+fmt.Sprint(len(w.releases()))), func(r *rollout.Request) { r.Keep = 2 })); err == nil {
			t.Fatal("no failure")
		}
	}
	if got := w.releases(); got[len(got)-1] != "4 succeeded" {
		t.Errorf("a failure dropped a good release: %v", got)
	}
	w.good(request(t, image(t, "9"), func(r *rollout.Request) { r.Keep = 1 }))
	w.equal("releases", w.releases(), []string{"9 succeeded"})
}

func TestPlanMasksSecrets(t *testing.T) {
	w := newWorld(t)
	r := request(t, image(t, "1"))
	ref := app.Ref{APIVersion: "v1", Kind: "Secret", Resource: "secrets", Namespace: "shop", Name: "cart-secret"}
	r.Objects = append(r.Objects, app.Object{Ref: ref, Body: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": ref.Name, "namespace": "shop"},
		"stringData": map[string]any{"token": secret},
	}})
	plan := func() *rollout.Plan {
		made, err := rollout.Make(t.Context(), w.ports(), r)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	first := plan()
	w.equal("changes", first.Changes(), len(r.Objects))
	w.good(r)
	w.equal("changes of what is there", plan().Changes(), 0)
	for _, p := range []*rollout.Plan{first, plan()} {
		for _, step := range p.Steps {
			if strings.Contains(fmt.Sprint(step.Before, step.After), secret) {
				t.Errorf("%s shows the secret", step.Ref)
			}
		}
	}
	releases, _ := w.records.Releases(t.Context(), "shop", "cart")
	content, err := w.records.Content(t.Context(), releases[0])
	if err != nil || strings.Contains(fmt.Sprint(content), secret) {
		t.Errorf("the records hold the secret, or %v", err)
	}
}

func TestLastApp(t *testing.T) {
	w := newWorld(t)
	if last, err := rollout.LastApp(t.Context(), w.records, "shop", "cart"); last != nil || err != nil {
		t.Errorf("%v, %v", last, err)
	}
	w.good(request(t, image(t, "1")))
	w.breaks()
	if _, err := w.run(t.Context(), request(t, image(t, "2"), atomic)); err == nil {
		t.Fatal("no failure")
	}
	last, err := rollout.LastApp(t.Context(), w.records, "shop", "cart")
	if err != nil || last.Components[0].Image != "registry.example/cart:1" {
		t.Errorf("%+v, %v: the restored one counts", last, err)
	}
}

func TestPlanTellsWhatWouldHappen(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, withWorker(t)))
	w.cluster.Change(deployment(), "kubectl-edit", liveImage("registry.example/cart:hotfix"))
	before := len(w.cluster.Writes())
	r := request(t, image(t, "2"))
	plan, err := rollout.Make(t.Context(), w.ports(), r)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]rollout.Step{}
	for _, step := range plan.Steps {
		got[step.Ref.String()] = step
	}
	w.equal("worker", got["statefulset/cart-worker"].Action, rollout.Remove)
	w.equal("service", got["service/cart"].Action, rollout.Unchanged)
	w.equal("deployment", got["deployment/cart"].Action, rollout.Update)
	w.equal("taken: the file changed it", got["deployment/cart"].Taken, []string{imagePath})
	w.equal("after", at(got["deployment/cart"].After, imagePath), "registry.example/cart:2")
	w.equal("before", at(got["deployment/cart"].Before, imagePath), "registry.example/cart:hotfix")
	w.equal("writes", len(w.cluster.Writes()), before)
	w.equal("base", fmt.Sprint(plan.Last, plan.Base), "1 1")
}

func at(body map[string]any, path string) any {
	value, _ := app.FieldAt(body, path)
	return value
}
