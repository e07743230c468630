package rollout

import (
	"context"
	"errors"
	"time"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Look judges workloads as they are now: it ends as soon as all evidence is read. When ctx's time is up before that, what
// is known is the answer; when nothing is known, the error says why.
func Look(ctx context.Context, w Watcher, refs []diagnosis.Ref) (Progress, error) {
	var last Progress
	err := w.Watch(ctx, refs, time.Time{}, func(p Progress) bool {
		last = p
		return !p.Settled && p.Lost == nil
	})
	switch {
	case last.Lost != nil:
		return Progress{}, last.Lost
	case errors.Is(err, context.DeadlineExceeded) && len(last.Reports) > 0:
		return last, nil
	case errors.Is(err, context.DeadlineExceeded):
		return Progress{}, fault.New(fault.NoVerdict, "looking at %s: no answer within the time limit", refs[0]).WithCode("unreachable")
	default:
		return last, err
	}
}
