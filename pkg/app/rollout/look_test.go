package rollout_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func refs() []diagnosis.Ref { return []diagnosis.Ref{workload()} }

func unsettled(p rollout.Progress) rollout.Progress { p.Settled = false; return p }

func TestLook(t *testing.T) {
	refused := fault.New(fault.Forbidden, "no right")
	lost := rollout.Progress{Lost: fault.New(fault.NoVerdict, "connection refused")}
	for name, c := range map[string]struct {
		script porttest.Script
		want   diagnosis.Verdict
		exit   int
	}{
		"settled":          {porttest.Script{Progress: []rollout.Progress{unsettled(porttest.Waiting(workload())), porttest.Broken(workload())}}, diagnosis.Failed, 0},
		"time is up":       {porttest.Script{Progress: []rollout.Progress{unsettled(porttest.Waiting(workload()))}}, diagnosis.Progressing, 0},
		"nothing in time":  {porttest.Script{}, "", 7},
		"lost":             {porttest.Script{Progress: []rollout.Progress{lost}}, "", 7},
		"refused":          {porttest.Script{End: refused}, "", 5},
		"waits for no one": {porttest.Script{Progress: []rollout.Progress{porttest.Waiting(workload())}}, diagnosis.Progressing, 0},
	} {
		t.Run(name, func(t *testing.T) {
			limited, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			seen, err := rollout.Look(limited, &porttest.Watcher{Scripts: []porttest.Script{c.script}}, refs())
			if fault.ExitCode(err) != c.exit {
				t.Errorf("%v", err)
			}
			if c.exit == 0 && (len(seen.Reports) != 1 || seen.Reports[0].Verdict != c.want) {
				t.Errorf("%+v", seen)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := rollout.Look(ctx, &porttest.Watcher{Scripts: []porttest.Script{{Then: cancel}}}, refs())
	wantFault(t, err, 130)
}

func await(t *testing.T, timeout time.Duration, refs []diagnosis.Ref, script porttest.Script) error {
	return rollout.Await(t.Context(), &porttest.Watcher{Scripts: []porttest.Script{script}}, refs, time.Time{}, timeout, func(rollout.Progress) {})
}

func TestAwait(t *testing.T) {
	other := diagnosis.Ref{Kind: "Deployment", Namespace: "shop", Name: "web"}
	both := porttest.Well(workload(), other)
	half := porttest.Well(workload(), other)
	half.Reports[1].Verdict, half.Reports[1].Missing = diagnosis.Progressing, []string{"1 of 1 pods ready"}
	if err := await(t, time.Minute, nil, porttest.Script{End: errors.New("asked")}); err != nil {
		t.Errorf("nothing to wait for: %v", err)
	}
	if err := await(t, time.Minute, refs(), porttest.Script{Progress: []rollout.Progress{half, both}}); err != nil {
		t.Errorf("%v", err)
	}
	wantFault(t, await(t, 50*time.Millisecond, refs(), porttest.Script{Progress: []rollout.Progress{half}}), 7, "still missing: deployment/web: 1 of 1 pods ready")
	wantFault(t, await(t, 50*time.Millisecond, refs(), porttest.Script{}), 7, "no answer from the cluster")
	// A failure whose evidence is still being read is not told yet.
	wantFault(t, await(t, 50*time.Millisecond, refs(), porttest.Script{Progress: []rollout.Progress{unsettled(porttest.Broken(workload()))}}), 7)
	// While the server can't be heard, what was seen last is no verdict.
	lost := porttest.Broken(workload())
	lost.Lost = errors.New("connection refused")
	wantFault(t, await(t, 50*time.Millisecond, refs(), porttest.Script{Progress: []rollout.Progress{lost}}), 7, "can't be heard")
	wantFault(t, await(t, time.Minute, refs(), porttest.Script{End: fault.New(fault.Forbidden, "no right")}), 5, "no right")
	bare := porttest.Broken(workload())
	bare.Reports[0].Causes, bare.Reports[0].Summary = nil, "it failed"
	err := await(t, time.Minute, refs(), porttest.Script{Progress: []rollout.Progress{bare}})
	wantFault(t, err, 8, "it failed")
	if report := fault.ReportOf(err); report.Hint != "bcpaas app why deployment/cart -p shop" || report.Code != "failed" {
		t.Errorf("%+v", report)
	}
}

func (w *world) store() *porttest.Store {
	return &porttest.Store{Cluster: w.cluster, Records: w.records, Locker: w.locker}
}

func deployed(t *testing.T) (*world, *porttest.Store) {
	w := newWorld(t)
	w.good(request(t, cart(t, "registry.example/cart:1", "domains: [{host: cart.example.org}]\n")))
	claim := app.Ref{APIVersion: "v1", Kind: "PersistentVolumeClaim", Resource: "persistentvolumeclaims", Namespace: "shop", Name: "data"}
	w.cluster.Change(claim, "x", func(body map[string]any) {
		body["metadata"].(map[string]any)["labels"] = map[string]any{app.LabelManagedBy: app.ManagedBy, app.LabelName: "cart"}
	})
	w.cluster.Change(app.Ref{APIVersion: "v1", Kind: "Service", Resource: "services", Namespace: "shop", Name: "foreign"}, "x", func(map[string]any) {})
	return w, w.store()
}

func TestRemoveApp(t *testing.T) {
	w, store := deployed(t)
	plan, err := rollout.PlanRemoval(t.Context(), store, "shop", "cart", false)
	if err != nil {
		t.Fatal(err)
	}
	if got := plan.Summary(); !strings.HasPrefix(got, "ingress/cart") || !strings.HasSuffix(got, "service/cart") {
		t.Errorf("traffic goes first, then the workload, then what it uses: %s", got)
	}
	w.equal("claims", plan.ClaimNames(), []string{"data"})
	w.equal("records", plan.Records, true)
	if err := rollout.RemoveApp(t.Context(), store, plan, rollout.RemoveOptions{Wait: true, Purge: true, Timeout: time.Second}); err != nil {
		t.Fatal(err)
	}
	w.equal("left", w.cluster.Names(), []string{"persistentvolumeclaim/data", "service/foreign"})
	w.equal("forgotten", store.Forgotten, []string{"shop/cart now=true"})
	w.equal("locks", w.locker.Held(), 0)

	plan, err = rollout.PlanRemoval(t.Context(), store, "shop", "cart", true)
	if err != nil || plan.Summary() != "persistentvolumeclaim/data" || plan.Empty(false) {
		t.Errorf("%+v, %v", plan, err)
	}
	empty, err := rollout.PlanRemoval(t.Context(), store, "shop", "none", false)
	if err != nil || !empty.Empty(true) || empty.Summary() != "no objects" {
		t.Errorf("%+v, %v", empty, err)
	}
	_, err = rollout.PlanRemoval(t.Context(), store, "bank", "cart", false)
	wantFault(t, err, 3)
}

func TestRemoveAppFailures(t *testing.T) {
	w, store := deployed(t)
	plan, err := rollout.PlanRemoval(t.Context(), store, "shop", "cart", false)
	if err != nil {
		t.Fatal(err)
	}
	w.cluster.Refuse = func(_ string, ref app.Ref) error {
		if ref.Kind == "Deployment" {
			return fault.New(fault.Forbidden, "no right")
		}
		return nil
	}
	err = rollout.RemoveApp(t.Context(), store, plan, rollout.RemoveOptions{Wait: true})
	wantFault(t, err, 5, "deleting shop/cart: not deleted: deployment/cart: no right")
	w.equal("the rest was tried", w.cluster.Names(), []string{"deployment/cart", "persistentvolumeclaim/data", "service/foreign"})
	w.equal("forgotten", len(store.Forgotten), 0)

	lock, err := w.locker.Lock(t.Context(), "shop", "cart", rollout.Holder{Who: "bob"}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, rollout.RemoveApp(t.Context(), store, plan, rollout.RemoveOptions{}), 6, "bob")
	lock.Release(t.Context())
}

// stubborn never lets an object go.
type stubborn struct{ *porttest.Store }

func (stubborn) Delete(context.Context, app.Ref) (bool, error) { return true, nil }

func TestRemoveAppThatDoesNotEnd(t *testing.T) {
	_, store := deployed(t)
	plan, err := rollout.PlanRemoval(t.Context(), store, "shop", "cart", false)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, rollout.RemoveApp(t.Context(), stubborn{store}, plan, rollout.RemoveOptions{Wait: true, Timeout: 50 * time.Millisecond}),
		7, "ingress/cart is not gone after 50ms")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	wantFault(t, rollout.RemoveApp(ctx, stubborn{store}, plan, rollout.RemoveOptions{Wait: true}), 130, "is still going on the server")
	if len(store.Forgotten) != 0 {
		t.Errorf("%v", store.Forgotten)
	}
}
