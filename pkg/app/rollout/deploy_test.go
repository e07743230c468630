package rollout_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func TestFirstDeployment(t *testing.T) {
	w := newWorld(t)
	digested := porttest.Well(workload())
	digested.Digests = map[string]string{"registry.example/cart:1": "sha256:abc"}
	w.watcher.Scripts = []porttest.Script{{Progress: []rollout.Progress{porttest.Waiting(workload(), "2 of 2 pods"), digested}}}
	outcome := w.good(request(t, image(t, "1")))
	w.equal("id", outcome.ID(), "shop/cart@1")
	w.equal("verdict", outcome.Verdict, app.Succeeded)
	w.equal("changed", outcome.Changed, len(w.cluster.Names()))
	w.equal("events", w.kinds(), "applied progress")
	w.equal("releases", w.releases(), []string{"1 succeeded"})
	w.equal("release on the object", w.field(".metadata.annotations.bcpaas.io/release"), "1")
	w.equal("who", w.field(".metadata.annotations.bcpaas.io/who"), "ada@example.org")
	w.equal("commit", w.field(".metadata.annotations.bcpaas.io/commit"), "1f2e3d4")
	recorded, _ := w.records.Releases(t.Context(), "shop", "cart")
	release := recorded[0]
	if release.Images[0].Digest != "sha256:abc" || release.Who != "ada@example.org" || release.Message != "m" || release.Ended == nil || !release.Time.Equal(w.cluster.Clock) {
		t.Errorf("%+v", release)
	}
	w.equal("judged since", w.watcher.Since[0].Equal(w.cluster.Clock), true)
}

func TestNothingToChange(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	before := len(w.cluster.Writes())
	outcome := w.good(request(t, image(t, "1"), func(r *rollout.Request) { r.Owner.Commit = "another" }))
	w.equal("release", outcome.Release, 1)
	w.equal("changed", outcome.Changed, 0)
	w.equal("verdict", outcome.Verdict, app.Succeeded)
	w.equal("events", w.kinds(), "unchanged progress")
	w.equal("releases", len(w.releases()), 1)
	w.equal("writes", len(w.cluster.Writes()), before)
	w.equal("judged from now on", w.watcher.Since[1].Equal(w.cluster.Clock), true)

	w.watcher.Scripts = []porttest.Script{{Progress: []rollout.Progress{porttest.Broken(workload())}}}
	outcome, err := w.run(t.Context(), request(t, image(t, "1"), atomic))
	wantFault(t, err, 8, "deploying shop/cart to lab: image registry.example/cart:9 not found (2 of 2 pods)")
	w.equal("verdict", outcome.Verdict, app.Failed)
	w.equal("releases", len(w.releases()), 1)
	w.equal("without waiting", w.good(request(t, image(t, "1"), noWait)).Verdict, "")
}

func TestUpdate(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	outcome := w.good(request(t, image(t, "2")))
	w.equal("release", outcome.Release, 2)
	w.equal("changed", outcome.Changed, 1)
	w.equal("image", w.field(imagePath), "registry.example/cart:2")
	w.equal("head", w.head(), "last 2 base 2")
	w.equal("waited for", w.watcher.Calls[1], "[shop/deployment/cart]")
}

func TestWithoutWaitingThereIsNoVerdict(t *testing.T) {
	w := newWorld(t)
	outcome := w.good(request(t, image(t, "1"), noWait))
	w.equal("verdict", outcome.Verdict, "")
	w.equal("releases", w.releases(), []string{"1"})
	w.equal("watched", len(w.watcher.Calls), 0)
}

func TestReplicasByHandAreKeptAndTold(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	w.cluster.Change(deployment(), "kubectl-scale", replicas(5))
	outcome := w.good(request(t, image(t, "2")))
	w.equal("replicas", w.field(".spec.replicas"), 5)
	w.equal("image", w.field(imagePath), "registry.example/cart:2")
	w.equal("events", w.kinds(), "kept applied progress")
	if len(outcome.Kept) != 1 || outcome.Kept[0].Path != ".spec.replicas" || outcome.Kept[0].Manager != "kubectl-scale" || outcome.Kept[0].Object != "deployment/cart" {
		t.Errorf("%+v", outcome.Kept)
	}
	// The file changed the field since: its value counts.
	changed := image(t, "2")
	*changed.Components[0].Replicas = 3
	w.good(request(t, changed))
	w.equal("replicas of the file", w.field(".spec.replicas"), 3)
}

func TestKeptValueIsStillANoOp(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	w.cluster.Change(deployment(), "kubectl-scale", replicas(5))
	outcome := w.good(request(t, image(t, "1")))
	w.equal("release", outcome.Release, 1)
	w.equal("changed", outcome.Changed, 0)
	w.equal("kept", len(outcome.Kept), 1)
}

func TestResetTakes(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	w.cluster.Change(deployment(), "kubectl-scale", replicas(5))
	outcome := w.good(request(t, image(t, "1"), reset))
	w.equal("replicas", w.field(".spec.replicas"), 2)
	w.equal("kept", len(outcome.Kept), 0)
	w.equal("release", outcome.Release, 2)
}

func TestConflictChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.cluster.Change(deployment(), "helm", func(body map[string]any) {
		body["spec"] = map[string]any{"replicas": int64(9)}
	})
	_, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 6, "nothing was changed", "deployment/cart .spec.replicas: helm says 9, the file says 2")
	w.equal("code", fault.ReportOf(err).Code, "field_conflict")
	w.equal("writes", len(w.cluster.Writes()), 0)
	w.equal("releases", len(w.releases()), 0)
	w.equal("replicas", w.field(".spec.replicas"), 9)
	w.good(request(t, image(t, "1"), reset))
	w.equal("replicas with --reset", w.field(".spec.replicas"), 2)
}

func TestNameOfAnotherApp(t *testing.T) {
	w := newWorld(t)
	w.cluster.Change(deployment(), "bcpaas", func(body map[string]any) {
		body["metadata"].(map[string]any)["labels"] = map[string]any{app.LabelManagedBy: app.ManagedBy, app.LabelName: "other"}
	})
	_, err := w.run(t.Context(), request(t, image(t, "1"), reset))
	wantFault(t, err, 6, "deployment/cart belongs to app other")
	w.equal("writes", len(w.cluster.Writes()), 0)
}

func TestUnknownProject(t *testing.T) {
	w := newWorld(t)
	w.cluster.Projects = nil
	_, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 3, "project shop does not exist")
}

func TestApplyFailsMidway(t *testing.T) {
	w := newWorld(t)
	w.cluster.Refuse = func(verb string, ref app.Ref) error {
		if verb == "apply" && ref.Kind == "Service" {
			return fault.New(fault.Forbidden, "applying service shop/cart: no right")
		}
		return nil
	}
	objects := request(t, image(t, "1")).Objects
	at := slices.IndexFunc(objects, func(o app.Object) bool { return o.Kind == "Service" })
	outcome, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 5, "deploying shop/cart to lab: applying service shop/cart: no right", "objects had been applied")
	w.equal("changed", outcome.Changed, at)
	w.equal("verdict", outcome.Verdict, app.Failed)
	w.equal("releases", w.releases(), []string{"1 failed forbidden"})
}

func TestDryRunRefusalChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.cluster.Refuse = func(verb string, _ app.Ref) error {
		if verb == "dry" {
			return fault.New(fault.Usage, "quota")
		}
		return nil
	}
	_, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 2, "quota")
	w.equal("writes", len(w.cluster.Writes()), 0)
	w.equal("releases", len(w.releases()), 0)
}

func TestChangedBetweenPlanAndApply(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	changed := false
	w.cluster.Refuse = func(verb string, _ app.Ref) error {
		if verb == "apply" && !changed {
			changed = true
			w.cluster.Change(deployment(), "kubectl-edit", liveImage("registry.example/cart:hotfix"))
		}
		return nil
	}
	_, err := w.run(t.Context(), request(t, image(t, "2")))
	wantFault(t, err, 6, "deployment/cart was changed by kubectl-edit while it was being deployed")
	w.equal("image", w.field(imagePath), "registry.example/cart:hotfix")
}

func TestOutrun(t *testing.T) {
	w := newWorld(t)
	w.records.BeginFault = fault.New(fault.Conflict, "another deployment of shop/cart was faster")
	_, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 6, "was faster")
	w.equal("writes", len(w.cluster.Writes()), 0)
}

func TestFinishFaultIsTold(t *testing.T) {
	w := newWorld(t)
	w.records.FinishFault = errors.New("etcd is full")
	_, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 1, "release 1 of shop/cart is deployed, but recording its verdict failed: etcd is full")
	t.Run("failed", func(t *testing.T) {
		w.watcher.Scripts = []porttest.Script{{Progress: []rollout.Progress{porttest.Broken(workload())}}}
		_, err := w.run(t.Context(), request(t, image(t, "2")))
		wantFault(t, err, 8, "not found", "etcd is full")
	})
}

func TestLocked(t *testing.T) {
	w := newWorld(t)
	lock, err := w.locker.Lock(t.Context(), "shop", "cart", rollout.Holder{Who: "bob", Message: "hotfix"}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = rollout.Run(t.Context(), w.ports(), request(t, image(t, "1")), func(rollout.Event) {})
	wantFault(t, err, 6, "another deployment is under way, by bob (hotfix)")
	w.onEvent = func(e rollout.Event) {
		if e.Type == rollout.EventWaiting {
			lock.Release(t.Context())
		}
	}
	w.good(request(t, image(t, "1"), func(r *rollout.Request) { r.LockWait = 1e10 }))
	w.equal("events", w.kinds(), "waiting applied progress")
	if e := w.events[0]; e.Held == nil || e.Held.Who != "bob" || !strings.Contains(e.Message, "by bob") {
		t.Errorf("%+v", e)
	}
}
