package rollout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// recordTime bounds the last writes after an interrupt.
const recordTime = 10 * time.Second

// finish records how it ended and, where asked, restores the state before.
func (r *run) finish(ctx context.Context, cause error) error {
	r.release.Verdict = r.verdictOf(cause)
	if cause != nil {
		r.release.Cause = fault.ReportOf(cause).Code
	}
	var restored error
	if cause != nil && r.request.Atomic && !errors.Is(cause, errLockLost) {
		restored = r.restore(ctx, cause)
		if restored == nil {
			r.release.Verdict = app.RolledBack
		}
	}
	if cause == nil && !r.request.Wait {
		r.release.Verdict = ""
	}
	r.outcome.Verdict = r.release.Verdict
	recorded := r.record(ctx)
	switch {
	case cause == nil && recorded != nil:
		return fmt.Errorf("release %d of %s/%s is deployed, but recording its verdict failed: %w", r.release.ID, r.outcome.Project, r.outcome.App, recorded)
	case recorded != nil: // told beside the cause, which decides the exit code
		cause = fmt.Errorf("%w; and recording that failed: %v", cause, recorded)
	}
	switch {
	case cause == nil:
		return nil
	case r.request.Atomic && !errors.Is(cause, errLockLost):
		return r.afterRestore(ctx, cause, restored)
	default:
		return r.explain(ctx, cause)
	}
}

// record writes the verdict, also after an interrupt.
func (r *run) record(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTime)
	defer cancel()
	now := r.ports.Cluster.Now().UTC()
	r.release.Ended = &now
	r.resolveDigests()
	base := r.release.ID
	if r.undone {
		base = r.plan.Base
	}
	return r.ports.Records.Finish(ctx, r.release, base)
}

// dropOld deletes the records of releases that are no longer kept.
func (r *run) dropOld(ctx context.Context) error {
	releases, err := r.ports.Records.Releases(ctx, r.outcome.Project, r.outcome.App)
	if err != nil {
		return err
	}
	drop := app.Retain(releases, r.request.Keep)
	return r.ports.Records.Drop(ctx, drop, without(releases, drop))
}

func without(all, drop []app.Release) []app.Release {
	gone := map[int]bool{}
	for _, release := range drop {
		gone[release.ID] = true
	}
	var kept []app.Release
	for _, release := range all {
		if !gone[release.ID] {
			kept = append(kept, release)
		}
	}
	return kept
}

// resolveDigests takes the digests that the pods tell: what really ran.
func (r *run) resolveDigests() {
	for i := range r.release.Images {
		image := &r.release.Images[i]
		if image.Digest != "" {
			continue
		}
		image.Digest = r.digests[image.Image]
	}
}

// verdictOf is the recorded verdict for how it ended. What can't be seen to its end is unknown, not failed.
func (r *run) verdictOf(err error) app.Verdict {
	switch {
	case err == nil:
		return app.Succeeded
	case fault.Is(err, fault.NoVerdict) && fault.ReportOf(err).Code == "timed_out":
		return app.TimedOut
	case errors.Is(err, errLockLost), errors.Is(err, context.Canceled):
		return app.Unknown
	case fault.Is(err, fault.NoVerdict), fault.Is(err, fault.Interrupted), r.waiting && !fault.Is(err, fault.Failed):
		return app.Unknown
	default:
		return app.Failed
	}
}

// explain adds to a failure what was being done, and what an interrupt leaves behind.
func (r *run) explain(ctx context.Context, err error) error {
	what := fmt.Sprintf("deploying %s/%s to %s", r.outcome.Project, r.outcome.App, r.outcome.Cluster)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errLockLost):
		return fault.New(fault.Conflict, "%s: %w", what, err).WithHint("bcpaas app get %s -p %s shows who deploys now", r.outcome.App, r.outcome.Project)
	case ctx.Err() != nil && !fault.Is(err, fault.Failed):
		return fault.New(fault.Interrupted, "%s: interrupted: release %d is applied (%d objects changed) and goes on without us",
			what, r.outcome.Release, r.outcome.Changed).WithHint("bcpaas app why %s -p %s", r.outcome.App, r.outcome.Project)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}

// afterRestore is what is said when the state before was to be restored.
func (r *run) afterRestore(ctx context.Context, cause, restored error) error {
	what := fmt.Sprintf("deploying %s/%s to %s", r.outcome.Project, r.outcome.App, r.outcome.Cluster)
	to := "the state before, which was none"
	if r.outcome.Restored > 0 {
		to = fmt.Sprintf("release %d", r.outcome.Restored)
	}
	interrupted := ctx.Err() != nil && !fault.Is(cause, fault.Failed)
	switch {
	case fault.Is(restored, fault.NoVerdict):
		return fault.New(fault.NoVerdict, "%s: %v; and whether %s is restored is not known: %w", what, cause, to, restored)
	case restored != nil:
		return fault.New(fault.Failed, "%s: %v; and restoring %s, failed as well: %w", what, cause, to, restored).WithCode("rollback_failed")
	case interrupted:
		return fault.New(fault.Interrupted, "%s: interrupted, and rolled back to %s", what, to)
	default:
		return fault.New(fault.RolledBack, "%s: %w; rolled back to %s", what, cause, to)
	}
}
