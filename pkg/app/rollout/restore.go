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

// longestRestore bounds a restore when the deployment itself has no limit.
const longestRestore = 10 * time.Minute

// restore brings the state before back: objects that were made are deleted, changed ones get what the last release
// applied, without the live values that were kept then. It goes on after an interrupt, within its own time limit.
func (r *run) restore(ctx context.Context, cause error) error {
	ctx = context.WithoutCancel(ctx)
	limit := r.request.Timeout
	if limit <= 0 {
		limit = longestRestore
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.outcome.Restored = r.plan.Base
	r.tell(Event{Type: EventRestoring, Release: r.plan.Base, Message: "restoring the state before: " + why(cause)})
	began := r.ports.Cluster.Now()
	var refs []diagnosis.Ref
	var faults []error
	for i := r.applied - 1; i >= 0; i-- {
		s := &r.plan.Steps[i]
		var err error
		switch s.Action {
		case Create:
			err = r.unmake(ctx, s.Ref)
		case Update:
			err = r.restoreObject(ctx, s)
			refs = append(refs, workloads([]Step{*s}, true)...)
		}
		if err != nil { // the others are restored all the same
			faults = append(faults, fmt.Errorf("restoring %s: %w", s.Ref, err))
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	r.undone = true
	return Await(ctx, r.ports.Watcher, refs, began, limit, func(p Progress) {
		r.tell(Event{Type: EventProgress, Release: r.plan.Base, Progress: &p})
	})
}

// why is a cause in words: an interrupt in ours, not in those of the request that was under way.
func why(cause error) string {
	if fault.Is(cause, fault.Interrupted) {
		return "interrupted"
	}
	return cause.Error()
}

// unmake deletes an object that this deployment made; one that somebody else made meanwhile stays.
func (r *run) unmake(ctx context.Context, ref app.Ref) error {
	live, err := r.ports.Cluster.Live(ctx, ref)
	if err != nil || live == nil || !app.Owns(r.outcome.App, live) {
		return err
	}
	_, err = r.ports.Cluster.Delete(ctx, ref)
	return err
}

// restoreObject applies what the last release applied. An object that no release had gets its live values of before for
// the fields that this deployment set.
func (r *run) restoreObject(ctx context.Context, s *Step) error {
	body := s.last
	if body == nil {
		body = only(s.live, s.body)
	} else {
		body = (app.Object{Body: body}).ApplyBody()
		for _, kept := range s.Kept {
			_ = app.DropField(body, kept.Path) // a field that the last release had not is not there to be dropped
		}
	}
	if s.Kind == "Secret" {
		return nil // named by its content: the one of before is still there
	}
	if err := r.giveBack(ctx, s, body); err != nil {
		return err
	}
	annotate(body, r.request.Owner, r.plan.Base)
	_, conflicts, err := r.ports.Cluster.Apply(ctx, s.Ref, body, Mode{})
	if err == nil && len(conflicts) > 0 {
		for _, conflict := range conflicts {
			if err := app.DropField(body, conflict.Path); err != nil {
				return err
			}
		}
		_, conflicts, err = r.ports.Cluster.Apply(ctx, s.Ref, body, Mode{})
		if err == nil && len(conflicts) > 0 {
			err = fault.New(fault.Conflict, "%s is being changed by %s", s.Ref, conflicts[0].Manager)
		}
	}
	return err
}

// giveBack writes the fields that this deployment took back in their owners' names, and takes them out of body: the next
// deployment then finds them as this one did.
func (r *run) giveBack(ctx context.Context, s *Step, body map[string]any) error {
	for _, path := range s.Taken {
		part, err := app.Part(s.live, path)
		if err != nil {
			continue // it was not there before
		}
		if err := r.ports.Cluster.Return(ctx, s.Ref, part, s.owner[path]); err != nil {
			return err
		}
		_ = app.DropField(body, path) // the last release may not have had it
	}
	return nil
}

// only is the part of live that shape names: what was there, of what was set.
func only(live, shape map[string]any) map[string]any {
	out := map[string]any{}
	for key, want := range shape {
		have, there := live[key]
		if !there {
			continue
		}
		wantMap, isMap := want.(map[string]any)
		haveMap, bothMaps := have.(map[string]any)
		if isMap && bothMaps {
			out[key] = only(haveMap, wantMap)
			continue
		}
		out[key] = have
	}
	return out
}
