package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Await waits for the verdict on workloads. nil is success; a Failed fault carries the cause's code and hint; a NoVerdict
// fault says what was still missing when the time was up, or that the server could not be heard. each sees every state.
func Await(ctx context.Context, w Watcher, refs []diagnosis.Ref, notBefore time.Time, timeout time.Duration, each func(Progress)) error {
	if len(refs) == 0 {
		return nil
	}
	limited := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var last Progress
	var verdict error
	decided := false
	err := w.Watch(limited, refs, notBefore, func(p Progress) bool {
		last = p
		each(p)
		verdict, decided = judge(p)
		return !decided
	})
	switch {
	case decided:
		return verdict
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, context.DeadlineExceeded):
		return timedOut(last, timeout)
	default:
		return err
	}
}

// judge gives the verdict on all workloads together: good when all are, failed when one is and the evidence for it has
// been read.
func judge(p Progress) (error, bool) {
	if p.Lost != nil {
		return nil, false // what was seen last may no longer be so
	}
	good := 0
	for i := range p.Reports {
		switch p.Reports[i].Verdict {
		case diagnosis.Succeeded:
			good++
		case diagnosis.Failed:
			if p.Settled {
				return failure(&p.Reports[i]), true
			}
		}
	}
	return nil, good == len(p.Reports) && good > 0
}

// failure is the fault of a workload that failed.
func failure(r *diagnosis.Report) error {
	made := fault.New(fault.Failed, "%s", r.Summary).On(r.Ref.String()).WithHint("bcpaas app why %s -p %s", r.Ref.Arg(), r.Namespace)
	cause := r.Final()
	if cause == nil && len(r.Causes) > 0 {
		cause = &r.Causes[0]
	}
	if cause != nil {
		made.Message, made.Code = cause.Message, string(cause.Code)
		if cause.Total > 1 && cause.Affected > 0 {
			made.Message += fmt.Sprintf(" (%d of %d pods)", cause.Affected, cause.Total)
		}
		if cause.Hint != "" {
			made.Hint = cause.Hint
		}
	}
	return made
}

func timedOut(last Progress, timeout time.Duration) error {
	if last.Lost != nil {
		return fault.New(fault.NoVerdict, "no verdict after %s: the API server can't be heard since %s: %w",
			timeout, last.Since.UTC().Format(time.TimeOnly), last.Lost).
			WithCode("unreachable").WithHint("the rollout goes on without us; ask again: %s", again(last))
	}
	var missing, causes []string
	for i := range last.Reports {
		r := &last.Reports[i]
		if r.Verdict == diagnosis.Succeeded {
			continue
		}
		for _, what := range r.Missing {
			missing = append(missing, r.Ref.Arg()+": "+what)
		}
		for _, cause := range r.Causes {
			if !cause.Old {
				causes = append(causes, cause.Message)
			}
		}
	}
	text := "no answer from the cluster"
	if len(missing) > 0 {
		text = "still missing: " + strings.Join(missing, "; ")
	}
	if len(causes) > 0 {
		text += "; so far: " + strings.Join(causes, "; ")
	}
	return fault.New(fault.NoVerdict, "no verdict after %s: %s", timeout, text).WithCode("timed_out").
		WithHint("wait longer with --timeout, or ask again: %s", again(last))
}

// again is the command that asks about the first workload that is not good yet.
func again(last Progress) string {
	for i := range last.Reports {
		if r := &last.Reports[i]; r.Verdict != diagnosis.Succeeded {
			return fmt.Sprintf("bcpaas app why %s -p %s", r.Ref.Arg(), r.Namespace)
		}
	}
	return "bcpaas app why NAME"
}

func (r *run) await(ctx context.Context, refs []diagnosis.Ref, notBefore time.Time) error {
	r.waiting = true
	return Await(ctx, r.ports.Watcher, refs, notBefore, r.request.Timeout, func(p Progress) {
		r.outcome.Reports, r.digests = p.Reports, p.Digests
		r.tell(Event{Type: EventProgress, Release: r.release.ID, Progress: &p})
	})
}
