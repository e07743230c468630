package porttest

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Records keeps releases in memory.
type Records struct {
	// BeginFault and FinishFault, when set, are what Begin and Finish give.
	BeginFault, FinishFault error

	mu       sync.Mutex
	heads    map[string]rollout.Head
	releases map[string][]app.Release // by app, oldest first
	content  map[string][][]byte      // by app and hash
	tokens   int
}

// NewRecords makes empty records.
func NewRecords() *Records {
	return &Records{heads: map[string]rollout.Head{}, releases: map[string][]app.Release{}, content: map[string][][]byte{}}
}

func id(project, name string) string { return project + "/" + name }

// Head reads where an app stands.
func (r *Records) Head(_ context.Context, project, name string) (rollout.Head, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heads[id(project, name)], nil
}

// Releases reads the releases, the newest first.
func (r *Records) Releases(_ context.Context, project, name string) ([]app.Release, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.releases[id(project, name)])
	slices.Reverse(out)
	return out, nil
}

// Content reads what a release applied.
func (r *Records) Content(_ context.Context, release app.Release) ([]map[string]any, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	chunks, there := r.content[id(release.Project, release.App)+release.ContentHash]
	if !there {
		return nil, fault.New(fault.NotFound, "no content of release %d", release.ID)
	}
	return app.DecodeContent(chunks, release.ContentHash)
}

// Begin records a release if the head is what it was.
func (r *Records) Begin(_ context.Context, head rollout.Head, release app.Release, chunks [][]byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.BeginFault != nil {
		return r.BeginFault
	}
	at := id(release.Project, release.App)
	if r.heads[at].Token != head.Token {
		return fault.New(fault.Conflict, "another deployment of %s was faster", at)
	}
	r.tokens++
	r.heads[at] = rollout.Head{Last: release.ID, Base: release.ID, Token: strconv.Itoa(r.tokens)}
	r.releases[at] = append(r.releases[at], release)
	r.content[at+release.ContentHash] = chunks
	return nil
}

// Finish records how a release ended.
func (r *Records) Finish(ctx context.Context, release app.Release, base int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.FinishFault != nil {
		return r.FinishFault
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	at := id(release.Project, release.App)
	i := slices.IndexFunc(r.releases[at], func(other app.Release) bool { return other.ID == release.ID })
	if i < 0 {
		return fault.New(fault.NotFound, "no release %d", release.ID)
	}
	r.releases[at][i] = release
	if head := r.heads[at]; head.Last == release.ID && base != release.ID {
		r.tokens++
		r.heads[at] = rollout.Head{Last: head.Last, Base: base, Token: strconv.Itoa(r.tokens)}
	}
	return nil
}

// Drop deletes releases, and content that none of kept needs.
func (r *Records) Drop(_ context.Context, drop, kept []app.Release) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, gone := range drop {
		at := id(gone.Project, gone.App)
		r.releases[at] = slices.DeleteFunc(r.releases[at], func(other app.Release) bool { return other.ID == gone.ID })
		if !slices.ContainsFunc(kept, func(other app.Release) bool { return other.ContentHash == gone.ContentHash }) {
			delete(r.content, at+gone.ContentHash)
		}
	}
	return nil
}

// Locker keeps locks in memory.
type Locker struct {
	mu    sync.Mutex
	locks map[string]*Lock
}

// NewLocker makes a locker.
func NewLocker() *Locker { return &Locker{locks: map[string]*Lock{}} }

// Lock is one lock held.
type Lock struct {
	locker  *Locker
	at      string
	held    rollout.Held
	expired bool
	lost    chan struct{}
}

// Lock takes a lock that is free or expired, or waits for it.
func (l *Locker) Lock(ctx context.Context, project, name string, by rollout.Holder, wait time.Duration, waiting func(rollout.Held)) (rollout.Lock, error) {
	deadline, told := time.Now().Add(wait), false
	for {
		l.mu.Lock()
		held := l.locks[id(project, name)]
		if held == nil || held.expired {
			if held != nil {
				close(held.lost)
			}
			mine := &Lock{locker: l, at: id(project, name), held: rollout.Held{Who: by.Who, Message: by.Message}, lost: make(chan struct{})}
			l.locks[mine.at] = mine
			l.mu.Unlock()
			return mine, nil
		}
		l.mu.Unlock()
		if !time.Now().Before(deadline) {
			return nil, fault.New(fault.Conflict, "deploying %s/%s: %s", project, name, held.held).WithCode("locked")
		}
		if !told {
			told = true
			waiting(held.held)
		}
		select {
		case <-ctx.Done():
			return nil, fault.New(fault.Interrupted, "interrupted while waiting for the lock of %s/%s", project, name)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Expire lets the holder of a lock die.
func (l *Locker) Expire(project, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if held := l.locks[id(project, name)]; held != nil {
		held.expired = true
	}
}

// Held counts the locks that are held.
func (l *Locker) Held() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.locks)
}

// Lost is closed when somebody else took the lock.
func (k *Lock) Lost() <-chan struct{} { return k.lost }

// Release gives the lock back, unless somebody else has it by now.
func (k *Lock) Release(context.Context) {
	k.locker.mu.Lock()
	defer k.locker.mu.Unlock()
	if k.locker.locks[k.at] == k {
		delete(k.locker.locks, k.at)
	}
}

// Store is all ports in one, as deleting an app needs them.
type Store struct {
	*Cluster
	*Records
	*Locker
	Forgotten []string
}

// Owned lists what bears the app's labels.
func (s *Store) Owned(_ context.Context, project, name string) ([]app.Ref, error) {
	var out []app.Ref
	for _, ref := range s.Refs() {
		if live, _ := s.Live(context.Background(), ref); ref.Namespace == project && app.Owns(name, live) {
			out = append(out, ref)
		}
	}
	return out, nil
}

// Forget notes what it was asked.
func (s *Store) Forget(_ context.Context, project, name string, now bool) error {
	s.Forgotten = append(s.Forgotten, fmt.Sprintf("%s/%s now=%v", project, name, now))
	return nil
}
