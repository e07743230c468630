package rollout

import (
	"context"
	"errors"
	"time"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
)

// Look judges workloads as they are now: it ends as soon as all evidence is read. When the time is up before that, what
// is known is the answer; when nothing is known, the error says why.
func Look(ctx context.Context, w Watcher, refs []diagnosis.Ref, timeout time.Duration) ([]diagnosis.Report, error) {
	limited := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var last Progress
	err := w.Watch(limited, refs, time.Time{}, func(p Progress) bool {
		last = p
		return !p.Settled && p.Lost == nil
	})
	switch {
	case last.Lost != nil:
		return nil, last.Lost
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && errors.Is(err, context.DeadlineExceeded) && len(last.Reports) > 0:
		return last.Reports, nil
	default:
		return last.Reports, err
	}
}
