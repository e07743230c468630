package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Request is what a deployment is asked to do.
type Request struct {
	App     *app.App
	Objects []app.Object // compiled, without owner annotations
	Owner   app.Owner    // Who is filled in by Run
	Message string
	Holder  string // unique id of this run, for the lock

	// Again makes App and Objects anew under the lock, when they depend on what was deployed last; nil: they don't.
	Again func(ctx context.Context) (*app.App, []app.Object, error)
	// Explicit tells the fields that were asked for by name just now: a live value does not win over them. nil: none.
	Explicit func(path string) bool

	Reset    bool // take live values that others set
	Wait     bool // wait for the verdict
	Atomic   bool // restore the state before on failure and on interrupt
	Timeout  time.Duration
	LockWait time.Duration
	Keep     int // releases to keep
}

// Outcome is how it ended.
type Outcome struct {
	App     string      `json:"app"`
	Project string      `json:"project"`
	Cluster string      `json:"cluster"`
	Release int         `json:"release"`
	Verdict app.Verdict `json:"verdict,omitempty"` // empty: not waited for
	Changed int         `json:"changed"`           // objects that were changed
	Seconds float64     `json:"seconds"`

	Reports  []diagnosis.Report `json:"workloads,omitempty"`
	Kept     []KeptValue        `json:"kept,omitempty"`
	Restored int                `json:"restored,omitempty"` // the release whose state was restored; 0 with RolledBack: the app was removed
}

// KeptValue is a live value that stayed although the file says otherwise.
type KeptValue struct {
	Object string `json:"object"`
	app.Kept
}

// ID is what the next command takes, e.g. shop/cart@8.
func (o Outcome) ID() string { return fmt.Sprintf("%s/%s@%d", o.Project, o.App, o.Release) }

// run is one deployment at work.
type run struct {
	ports   Ports
	request Request
	tell    func(Event)
	plan    *Plan
	release app.Release
	applied int       // steps of the plan that were begun
	began   time.Time // by the server's clock
	digests map[string]string
	waiting bool // all is applied
	undone  bool // the objects of the state before are applied again
	outcome Outcome
}

// Run deploys: it locks, plans, records, applies, waits and, where asked, restores. The error is nil only for a good end;
// the outcome tells what was reached in any case.
func Run(ctx context.Context, ports Ports, request Request, tell func(Event)) (Outcome, error) {
	r := &run{ports: ports, request: request, tell: tell}
	r.outcome = Outcome{App: request.App.Name, Project: request.Objects[0].Namespace, Cluster: ports.Cluster.Name()}
	start := time.Now()
	err := r.deploy(ctx)
	if err != nil && errors.Is(err, errLockLost) && !fault.Is(err, fault.Conflict) {
		err = r.explain(ctx, err)
	}
	r.outcome.Seconds = time.Since(start).Seconds()
	return r.outcome, err
}

func (r *run) deploy(ctx context.Context) error {
	who, err := r.ports.Cluster.Who(ctx)
	if err != nil {
		return err
	}
	r.request.Owner.Who = who
	if err := r.ports.Cluster.CheckProject(ctx, r.outcome.Project); err != nil {
		return err
	}
	holder := Holder{ID: r.request.Holder, Who: who, Message: r.request.Message}
	lock, err := r.ports.Locker.Lock(ctx, r.outcome.Project, r.outcome.App, holder, r.request.LockWait, func(held Held) {
		r.tell(Event{Type: EventWaiting, Held: &held, Message: held.String()})
	})
	if err != nil {
		return err
	}
	defer lock.Release(ctx)
	ctx, cancel := untilLost(ctx, lock)
	defer cancel()
	if r.request.Again != nil {
		if r.request.App, r.request.Objects, err = r.request.Again(ctx); err != nil {
			return lostOr(ctx, err)
		}
	}
	if r.plan, err = Make(ctx, r.ports, r.request); err != nil {
		return lostOr(ctx, err)
	}
	r.tellPlan()
	if r.plan.Changes() == 0 && r.plan.Base > 0 {
		return r.confirm(ctx)
	}
	return r.change(ctx)
}

// errLockLost ends a deployment whose lock somebody else took.
var errLockLost = errors.New("the lock was taken over by somebody else")

func untilLost(ctx context.Context, lock Lock) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-lock.Lost():
			cancel(errLockLost)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// confirm is a deployment that changes nothing: what runs is judged, and no release is recorded.
func (r *run) confirm(ctx context.Context) error {
	r.outcome.Release = r.plan.Base
	r.tell(Event{Type: EventUnchanged, Release: r.plan.Base, Message: fmt.Sprintf("nothing to change: release %d is what the file says", r.plan.Base)})
	if !r.request.Wait {
		return nil
	}
	// Judged from now on: what failed before may just have been mended from outside, a Secret created, say.
	err := lostOr(ctx, r.await(ctx, workloads(r.plan.Steps, false), r.ports.Cluster.Now()))
	r.outcome.Verdict = r.verdictOf(err)
	if err == nil {
		r.outcome.Verdict = app.Succeeded
	}
	return r.explain(ctx, err)
}

// lostOr tells a lost lock from what it made of the request that was under way: an interrupt, by the store's words.
func lostOr(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), errLockLost) {
		return errLockLost
	}
	return err
}

func (r *run) change(ctx context.Context) error {
	r.began = r.ports.Cluster.Now()
	r.release = app.Release{
		ID: r.plan.Last + 1, App: r.outcome.App, Project: r.outcome.Project, Time: r.began.UTC(),
		Who: r.request.Owner.Who, Commit: r.request.Owner.Commit, Run: r.request.Owner.Run, Message: r.request.Message,
		Images: app.Images(r.request.App), Objects: app.Refs(r.request.Objects), ContentHash: r.plan.hash,
	}
	if err := r.ports.Records.Begin(ctx, r.plan.head, r.release, r.plan.chunks); err != nil {
		return lostOr(ctx, err)
	}
	r.outcome.Release = r.release.ID
	err := r.apply(ctx)
	if err == nil && r.request.Wait {
		err = r.await(ctx, workloads(r.plan.Steps, true), r.began)
	}
	if err = r.finish(ctx, lostOr(ctx, err)); err != nil {
		return err
	}
	if !r.request.Wait {
		return nil // nobody knows yet whether it is good: the next deployment that waits deletes what the app no longer has
	}
	// The release is good by now: what can't be deleted is told, and is no reason to restore the one before. Old records
	// go last, since they name what is still to be deleted.
	if err := r.prune(ctx); err != nil {
		return lostOr(ctx, err)
	}
	return lostOr(ctx, r.dropOld(ctx))
}

// apply carries the steps out, in order. The server has agreed to each in the plan; what fails now changed meanwhile.
func (r *run) apply(ctx context.Context) error {
	for i := range r.plan.Steps {
		s := &r.plan.Steps[i]
		if s.Action != Create && s.Action != Update {
			continue
		}
		annotate(s.body, r.request.Owner, r.release.ID)
		r.applied = i + 1 // also when the answer is lost: what may have been applied is restored
		_, conflicts, err := r.ports.Cluster.Apply(ctx, s.Ref, s.body, Mode{Force: s.force})
		if err == nil && len(conflicts) > 0 {
			err = fault.New(fault.Conflict, "%s was changed by %s while it was being deployed", s.Ref, conflicts[0].Manager).WithHint("deploy again")
		}
		if err != nil {
			return fmt.Errorf("%w (%d of %d objects had been applied)", err, r.outcome.Changed, r.plan.Changes())
		}
		r.outcome.Changed++
		r.tell(Event{Type: EventApplied, Object: s.Ref.String(), Action: s.Action, Release: r.release.ID})
	}
	return nil
}

// annotate writes who deployed what from where on an object.
func annotate(body map[string]any, owner app.Owner, release int) {
	setNotes(body, map[string]string{
		app.AnnotationWho: owner.Who, app.AnnotationCommit: owner.Commit, app.AnnotationRun: owner.Run,
		app.AnnotationRelease: fmt.Sprint(release),
	})
}

// carry puts the annotations of the last deployment into a body that is only compared: without them a plan would show
// their removal, and a deployment that changes nothing else would look like a change.
func carry(live, body map[string]any) {
	notes := map[string]string{}
	for _, name := range []string{app.AnnotationWho, app.AnnotationCommit, app.AnnotationRun, app.AnnotationRelease} {
		value, _ := app.FieldAt(live, ".metadata.annotations."+name)
		notes[name], _ = value.(string)
	}
	setNotes(body, notes)
}

func setNotes(body map[string]any, values map[string]string) {
	metadata, ok := body["metadata"].(map[string]any)
	if !ok {
		return
	}
	notes, ok := metadata["annotations"].(map[string]any)
	if !ok {
		notes = map[string]any{}
	}
	for name, value := range values {
		if notes[name] = value; value == "" {
			delete(notes, name)
		}
	}
	if len(notes) > 0 {
		metadata["annotations"] = notes
	}
}

// prune deletes what the new release has not, once it is good.
func (r *run) prune(ctx context.Context) error {
	for _, s := range r.plan.Steps {
		if s.Action != Remove {
			continue
		}
		if _, err := r.ports.Cluster.Delete(ctx, s.Ref); err != nil {
			return fmt.Errorf("release %d of %s/%s is deployed, but deleting %s, which the app no longer has, failed: %w",
				r.release.ID, r.outcome.Project, r.outcome.App, s.Ref, err)
		}
		r.outcome.Changed++
		r.tell(Event{Type: EventApplied, Object: s.Ref.String(), Action: Remove, Release: r.release.ID})
	}
	return nil
}

// workloads are the objects whose rollout is waited for.
func workloads(steps []Step, changedOnly bool) []diagnosis.Ref {
	var out []diagnosis.Ref
	for _, s := range steps {
		if changedOnly && s.Action != Create && s.Action != Update {
			continue
		}
		if s.Action == Remove {
			continue
		}
		switch s.Kind {
		case "Deployment", "StatefulSet", "Job", "CronJob":
			out = append(out, diagnosis.Ref{Kind: s.Kind, Namespace: s.Namespace, Name: s.Name})
		}
	}
	return out
}
