// Package kubewatch keeps diagnosis snapshots from watch events and has them judged after each change.
package kubewatch

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// Options say what is watched and how it is judged.
type Options struct {
	Refs       []diagnosis.Ref // workloads of one namespace
	NotBefore  time.Time       // when this rollout began, by the server's clock; zero: judge everything that is there
	Thresholds diagnosis.Thresholds
}

// Update is the state after a change.
type Update struct {
	Reports []diagnosis.Report // one per Ref, in their order
	Settled bool               // all that the judgement wants has been read: nothing is still being fetched
	Lost    error              // the server can't be heard now; nil when it can
	Since   time.Time          // of Lost

	Digests map[string]string // what images resolved to, by image as in the pod, where the pods tell
}

// coalesce is how long changes are gathered before they are judged: a rollout's changes come in bursts.
const coalesce = 20 * time.Millisecond

// fetchAtOnce bounds the logs and lists read for evidence at one time.
const fetchAtOnce = 4

// Watch calls each after every change until each returns false (nil), ctx ends (its error), or the server refuses what
// can't be done without (a fault). It is called from one goroutine.
func Watch(ctx context.Context, client *kube.Client, o Options, each func(Update) bool) error {
	ctx, cancel := context.WithCancel(ctx)
	w := &watcher{
		client: client, options: o, changes: make(chan func(), 256), slots: make(chan struct{}, fetchAtOnce),
		events: map[types.UID]*corev1.Event{}, lost: map[int]loss{}, fetching: map[string]bool{}, unsynced: map[int]bool{},
	}
	defer w.group.Wait()
	defer cancel()
	for _, ref := range o.Refs {
		w.states = append(w.states, newState(ref))
	}
	w.start(ctx)
	return w.run(ctx, each)
}

type loss struct {
	err   error
	since time.Time
}

// watcher holds all that is known. Its fields are touched by run's goroutine only; the followers send changes.
type watcher struct {
	client  *kube.Client
	options Options
	changes chan func()
	slots   chan struct{}
	group   sync.WaitGroup

	states   []*state
	events   map[types.UID]*corev1.Event
	lost     map[int]loss       // by follower
	unsynced map[int]bool       // followers whose first list is still to come
	fetching map[string]bool    // evidence being read
	next     int                // number of the next follower
	last     []diagnosis.Report // of the last whole picture
	fatal    error

	heardSince time.Time // when the last outage ended
}

func (w *watcher) run(ctx context.Context, each func(Update) bool) error {
	recheck := time.NewTimer(time.Hour)
	defer recheck.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case change := <-w.changes:
			change()
			w.drain(ctx)
		case <-recheck.C:
		}
		if w.fatal != nil {
			return w.fatal
		}
		if len(w.unsynced) > 0 { // half a picture is not judged
			if len(w.lost) == 0 {
				continue
			}
			if !each(w.silence(Update{Reports: w.last})) {
				return nil
			}
			continue
		}
		update, again := w.judge(ctx)
		w.last = update.Reports
		if !each(update) {
			return nil
		}
		if again > 0 {
			recheck.Reset(again)
		}
	}
}

// drain takes the changes that arrive in a burst.
func (w *watcher) drain(ctx context.Context) {
	timer := time.NewTimer(coalesce)
	defer timer.Stop()
	for {
		select {
		case change := <-w.changes:
			change()
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (w *watcher) judge(ctx context.Context) (Update, time.Duration) {
	update := Update{Settled: true, Digests: map[string]string{}}
	var again time.Duration
	for _, s := range w.states {
		report := diagnosis.Judge(s.snapshot(w), w.client.Now(), w.options.Thresholds)
		update.Reports = append(update.Reports, report)
		s.digests(update.Digests)
		if w.fetch(ctx, s, report.Wants) {
			update.Settled = false
		}
		if due := report.RecheckAfter; due > 0 && (again == 0 || due < again) {
			again = due
		}
	}
	update.Settled = update.Settled && len(w.fetching) == 0
	return w.silence(update), again
}

// silence says since when the server can't be heard, if so.
func (w *watcher) silence(update Update) Update {
	for _, l := range w.lost {
		if update.Lost == nil || l.since.Before(update.Since) {
			update.Lost, update.Since = l.err, l.since
		}
	}
	return update
}

// post hands a change to run's goroutine.
func (w *watcher) post(ctx context.Context, change func()) {
	select {
	case w.changes <- change:
	case <-ctx.Done():
	}
}

// refused notes that something can't be read. What the judgement can't do without ends the watch.
func (w *watcher) refused(r kube.Resource, s *state, err error) {
	if s == nil {
		for _, each := range w.states {
			each.unread(r, err)
		}
		return
	}
	s.unread(r, err)
	if r.Key() == s.resource.Key() || r.Plural == "pods" {
		w.fatal = err
	}
}

// reasonOf is the word for why something could not be read.
func reasonOf(err error) string {
	switch {
	case fault.Is(err, fault.Forbidden):
		return "forbidden"
	case fault.Is(err, fault.NotFound):
		return "not found"
	default:
		return "not readable" // not "unreachable", which would void the verdict: this is evidence only
	}
}
