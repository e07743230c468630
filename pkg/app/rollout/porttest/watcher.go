package porttest

import (
	"context"
	"sync"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
)

// Script is what one call of Watch sees.
type Script struct {
	Progress []rollout.Progress
	Then     func() // after that, e.g. an interrupt
	End      error  // and so it ends; nil: it waits until ctx ends
}

// Watcher plays scripts, one per call. Without one, all workloads are well.
type Watcher struct {
	mu      sync.Mutex
	Scripts []Script
	Calls   [][]diagnosis.Ref
	Since   []time.Time // notBefore of each call
}

// Watch plays the next script.
func (w *Watcher) Watch(ctx context.Context, refs []diagnosis.Ref, notBefore time.Time, each func(rollout.Progress) bool) error {
	w.mu.Lock()
	w.Calls, w.Since = append(w.Calls, refs), append(w.Since, notBefore)
	script := Script{Progress: []rollout.Progress{Well(refs...)}}
	if len(w.Scripts) > 0 {
		script, w.Scripts = w.Scripts[0], w.Scripts[1:]
	}
	w.mu.Unlock()
	for _, p := range script.Progress {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !each(p) {
			return nil
		}
	}
	if script.Then != nil {
		script.Then()
	}
	if script.End != nil {
		return script.End
	}
	<-ctx.Done()
	return ctx.Err()
}

// Well is the state in which all workloads are as wanted.
func Well(refs ...diagnosis.Ref) rollout.Progress {
	p := rollout.Progress{Settled: true}
	for _, ref := range refs {
		p.Reports = append(p.Reports, diagnosis.Report{Ref: ref, Verdict: diagnosis.Succeeded, Wanted: 1, Ready: 1, Updated: 1, Available: 1})
	}
	return p
}

// Waiting is a state that waiting may help.
func Waiting(ref diagnosis.Ref, missing ...string) rollout.Progress {
	return rollout.Progress{Settled: true, Reports: []diagnosis.Report{{Ref: ref, Verdict: diagnosis.Progressing, Wanted: 2, Missing: missing}}}
}

// Broken is a state that waiting won't help: an image that is not there.
func Broken(ref diagnosis.Ref) rollout.Progress {
	return rollout.Progress{Settled: true, Reports: []diagnosis.Report{{
		Ref: ref, Verdict: diagnosis.Failed, Wanted: 2, Summary: "it failed",
		Causes: []diagnosis.Cause{{
			Code: "image_not_found", Final: true, Message: "image registry.example/cart:9 not found", Affected: 2, Total: 2,
			Hint: "bcpaas registry tag list shop/cart", Object: ref,
			Evidence: []diagnosis.Evidence{{Kind: diagnosis.FromEvent, Object: "pod/cart-1", Text: "Failed to pull image"}},
		}},
	}}}
}
