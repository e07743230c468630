package rollout_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func (w *world) breaks() {
	w.watcher.Scripts = append(w.watcher.Scripts, porttest.Script{Progress: []rollout.Progress{porttest.Broken(workload())}})
}

func TestFailure(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	w.breaks()
	outcome, err := w.run(t.Context(), request(t, image(t, "2")))
	wantFault(t, err, 8, "deploying shop/cart to lab: image registry.example/cart:9 not found (2 of 2 pods)")
	report := fault.ReportOf(err)
	w.equal("code", report.Code, "image_not_found")
	w.equal("hint", report.Hint, "bcpaas registry tag list shop/cart")
	w.equal("object", report.Object, "shop/deployment/cart")
	w.equal("verdict", outcome.Verdict, app.Failed)
	w.equal("releases", w.releases(), []string{"2 failed image_not_found", "1 succeeded"})
	w.equal("head", w.head(), "last 2 base 2")
	w.equal("image stays", w.field(imagePath), "registry.example/cart:2")
}

func TestFailureRolledBack(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	w.cluster.Change(deployment(), "kubectl-scale", replicas(5))
	w.breaks()
	outcome, err := w.run(t.Context(), request(t, image(t, "2"), atomic))
	wantFault(t, err, 10, "not found", "rolled back to release 1")
	w.equal("image", w.field(imagePath), "registry.example/cart:1")
	w.equal("replicas by hand", w.field(".spec.replicas"), 5)
	w.equal("verdict", outcome.Verdict, app.RolledBack)
	w.equal("restored", outcome.Restored, 1)
	w.equal("events", w.kinds(), "kept applied progress restoring progress")
	w.equal("releases", w.releases(), []string{"2 rolled_back image_not_found", "1 succeeded"})
	w.equal("head", w.head(), "last 2 base 1")

	// The next one builds on the restored release: its values are what the file is compared with.
	w.equal("next", w.good(request(t, image(t, "1"))).Release, 1)
	w.equal("the one after", w.good(request(t, image(t, "3"))).Release, 3)
	w.equal("replicas still", w.field(".spec.replicas"), 5)
	w.equal("head", w.head(), "last 3 base 3")
}

func TestFirstEverFailureRolledBackToNothing(t *testing.T) {
	w := newWorld(t)
	w.breaks()
	outcome, err := w.run(t.Context(), request(t, image(t, "1"), atomic))
	wantFault(t, err, 10, "rolled back to the state before, which was none")
	w.equal("objects", w.cluster.Names(), []string{})
	w.equal("restored", outcome.Restored, 0)
	w.equal("head", w.head(), "last 1 base 0")
	w.equal("next", w.good(request(t, image(t, "2"))).Release, 2)
}

func TestRollBackOfWhatWasNotOurs(t *testing.T) {
	w := newWorld(t)
	w.cluster.Change(deployment(), "helm", func(body map[string]any) { body["spec"] = map[string]any{"replicas": int64(9), "paused": true} })
	w.breaks()
	_, err := w.run(t.Context(), request(t, image(t, "1"), atomic, reset))
	wantFault(t, err, 10)
	w.equal("replicas", w.field(".spec.replicas"), 9)
	w.equal("paused", w.field(".spec.paused"), true)
	w.equal("image", w.field(imagePath), "nothing")
}

func TestApplyFailsMidwayRolledBack(t *testing.T) {
	w := newWorld(t)
	w.cluster.Refuse = func(verb string, ref app.Ref) error {
		if verb == "apply" && ref.Kind == "Service" {
			return fault.New(fault.Forbidden, "no right")
		}
		return nil
	}
	_, err := w.run(t.Context(), request(t, image(t, "1"), atomic))
	wantFault(t, err, 10, "no right", "which was none")
	w.equal("objects", w.cluster.Names(), []string{})
}

func TestRollBackFails(t *testing.T) {
	w := newWorld(t)
	w.breaks()
	w.cluster.Refuse = func(verb string, _ app.Ref) error {
		if verb == "delete" {
			return errors.New("webhook says no")
		}
		return nil
	}
	outcome, err := w.run(t.Context(), request(t, image(t, "1"), atomic))
	wantFault(t, err, 8, "image registry.example/cart:9 not found", "restoring the state before, which was none, failed as well: ", "restoring deployment/cart: webhook says no")
	w.equal("code", fault.ReportOf(err).Code, "rollback_failed")
	w.equal("verdict", outcome.Verdict, app.Failed)
	w.equal("head", w.head(), "last 1 base 1")
}

// interrupted presses Ctrl-C while it is waited for the verdict.
func (w *world) interrupted() context.Context {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.watcher.Scripts = append(w.watcher.Scripts, porttest.Script{Progress: []rollout.Progress{porttest.Waiting(workload())}, Then: cancel})
	return ctx
}

func TestInterrupt(t *testing.T) {
	w := newWorld(t)
	outcome, err := w.run(w.interrupted(), request(t, image(t, "1"), patient))
	wantFault(t, err, 130, "interrupted: release 1 is applied (", "objects changed) and goes on without us")
	w.equal("verdict", outcome.Verdict, app.Unknown)
	w.equal("releases", w.releases(), []string{"1 unknown interrupted"})
	w.equal("image stays", w.field(imagePath), "registry.example/cart:1")
}

func TestInterruptRolledBack(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	outcome, err := w.run(w.interrupted(), request(t, image(t, "2"), atomic))
	wantFault(t, err, 130, "interrupted, and rolled back to release 1")
	w.equal("image", w.field(imagePath), "registry.example/cart:1")
	w.equal("verdict", outcome.Verdict, app.RolledBack)
	w.equal("head", w.head(), "last 2 base 1")
}

func TestInterruptBeforeAnything(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.run(ctx, request(t, image(t, "1"), atomic))
	wantFault(t, err, 130)
	w.equal("writes", len(w.cluster.Writes()), 0)
	w.equal("releases", len(w.releases()), 0)
}

func TestTimeoutSaysWhatWasMissing(t *testing.T) {
	w := newWorld(t)
	state := porttest.Waiting(workload(), "1 of 2 pods ready", "1 of 2 pods updated")
	state.Reports[0].Causes = porttest.Broken(workload()).Reports[0].Causes
	w.watcher.Scripts = []porttest.Script{{Progress: []rollout.Progress{state}}}
	outcome, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 7, "no verdict after 300ms: still missing: deployment/cart: 1 of 2 pods ready; deployment/cart: 1 of 2 pods updated; so far: image")
	w.equal("verdict", outcome.Verdict, app.TimedOut)
	w.equal("releases", w.releases(), []string{"1 timed_out timed_out"})
}

func TestServerLost(t *testing.T) {
	w := newWorld(t)
	lost := porttest.Waiting(workload())
	lost.Lost, lost.Since = errors.New("connection refused"), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	w.watcher.Scripts = []porttest.Script{{Progress: []rollout.Progress{lost}}}
	outcome, err := w.run(t.Context(), request(t, image(t, "1")))
	wantFault(t, err, 7, "can't be heard since 03:04:05: connection refused")
	w.equal("code", fault.ReportOf(err).Code, "unreachable")
	w.equal("verdict", outcome.Verdict, app.Unknown)
}

func TestLockLost(t *testing.T) {
	for name, at := range map[string]rollout.EventType{"while applying": rollout.EventApplied, "while waiting": rollout.EventProgress} {
		for _, change := range []func(*rollout.Request){patient, atomic} {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t)
				w.good(request(t, image(t, "1")))
				w.watcher.Scripts = []porttest.Script{{Progress: []rollout.Progress{porttest.Waiting(workload()), porttest.Waiting(workload())}}}
				w.onEvent = func(e rollout.Event) {
					if e.Type != at || w.locker.Held() != 1 {
						return
					}
					w.locker.Expire("shop", "cart")
					other, err := w.locker.Lock(context.Background(), "shop", "cart", rollout.Holder{Who: "bob"}, 0, nil)
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(50 * time.Millisecond) // until the loss is noticed
					other.Release(context.Background())
					w.onEvent = nil
				}
				_, err := w.run(t.Context(), request(t, cart(t, "registry.example/cart:2", "domains: [{host: cart.example.org}]\n"), change))
				wantFault(t, err, 6, "the lock was taken over by somebody else")
				if slices.ContainsFunc(w.cluster.Writes(), func(x string) bool { return strings.HasPrefix(x, "delete") }) || strings.Contains(w.kinds(), "restoring") {
					t.Errorf("it restored without the lock: %v", w.cluster.Writes())
				}
			})
		}
	}
}

// A value that somebody set by hand, and that this deployment took on request, is theirs again after the restore.
func TestWhatWasTakenIsGivenBack(t *testing.T) {
	w := newWorld(t)
	w.good(request(t, image(t, "1")))
	w.cluster.Change(deployment(), "kubectl-scale", replicas(5))
	w.breaks()
	_, err := w.run(t.Context(), request(t, image(t, "2"), atomic, func(r *rollout.Request) { r.Reset = true }))
	wantFault(t, err, 10, "rolled back to release 1")
	w.equal("replicas by hand", w.field(".spec.replicas"), 5)
	w.equal("image", w.field(imagePath), "registry.example/cart:1")
	outcome := w.good(request(t, image(t, "3")))
	w.equal("kept by the next", len(outcome.Kept), 1)
	w.equal("replicas still", w.field(".spec.replicas"), 5)
}
