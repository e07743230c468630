// Package rollout is the procedure of a deployment: plan, lock, record, apply, wait, and restore when it is asked for.
// It is pure: what it needs of the outside are the ports below, filled by package kubestore.
package rollout

import (
	"context"
	"fmt"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
)

// Cluster reads and changes the objects of an app.
type Cluster interface {
	// Name is what the cluster is called in messages.
	Name() string
	// Now is the server's time.
	Now() time.Time
	// Who is the actor as the API server knows it.
	Who(ctx context.Context) (string, error)
	// CheckProject gives a NotFound fault when there is no such project.
	CheckProject(ctx context.Context, project string) error
	// Live reads an object; nil when it is not there.
	Live(ctx context.Context, ref app.Ref) (map[string]any, error)
	// Apply sends a body. Fields that others own come back as conflicts, and nothing is changed then.
	Apply(ctx context.Context, ref app.Ref, body map[string]any, mode Mode) (live map[string]any, conflicts []app.FieldConflict, err error)
	// Return writes a field back in the name of the manager that owned it. part is the field within the object's shape.
	Return(ctx context.Context, ref app.Ref, part map[string]any, manager string) error
	// Delete deletes an object; found is false when it was not there.
	Delete(ctx context.Context, ref app.Ref) (found bool, err error)
}

// Mode says how a body is applied.
type Mode struct {
	Force  bool // take fields that others own
	DryRun bool // let the server check, and change nothing
}

// Records keeps the releases of apps.
type Records interface {
	// Head reads where an app stands; the zero Head for one that was never deployed.
	Head(ctx context.Context, project, name string) (Head, error)
	// Releases reads all releases that are kept, the newest first.
	Releases(ctx context.Context, project, name string) ([]app.Release, error)
	// Content reads what a release applied.
	Content(ctx context.Context, release app.Release) ([]map[string]any, error)
	// Begin records a release that is about to be applied. It gives a Conflict fault when the head moved meanwhile.
	Begin(ctx context.Context, head Head, release app.Release, chunks [][]byte) error
	// Finish records how a release ended, and which release's content is live now: itself, or the one restored.
	Finish(ctx context.Context, release app.Release, base int) error
	// Drop deletes records, and content that no kept release needs.
	Drop(ctx context.Context, drop, kept []app.Release) error
}

// Head is where an app stands.
type Head struct {
	Last  int    // id of the newest release; 0: none
	Base  int    // id of the release whose content is live: Last, unless that was rolled back; 0: none
	Token string // what Begin compares
}

// Locker keeps two deployments of one app apart.
type Locker interface {
	Lock(ctx context.Context, project, name string, by Holder, wait time.Duration, waiting func(Held)) (Lock, error)
}

// Lock is held until it is released.
type Lock interface {
	Lost() <-chan struct{} // closed when somebody else took it
	Release(ctx context.Context)
}

// Holder is who asks for a lock.
type Holder struct {
	ID      string // unique to this run
	Who     string // for people
	Message string // what for
}

// Held says who has a lock.
type Held struct {
	Who     string    `json:"who"`
	Message string    `json:"message,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	Until   time.Time `json:"until,omitzero"`
}

func (h Held) String() string {
	text := "another deployment is under way, by " + h.Who
	if h.Message != "" {
		text += fmt.Sprintf(" (%s)", h.Message)
	}
	if !h.Since.IsZero() {
		text += ", since " + h.Since.UTC().Format(time.RFC3339)
	}
	if !h.Until.IsZero() {
		text += ", locked until " + h.Until.UTC().Format(time.RFC3339) + " unless renewed"
	}
	return text
}

// Watcher reports on workloads after every change, until each returns false or ctx ends.
type Watcher interface {
	Watch(ctx context.Context, refs []diagnosis.Ref, notBefore time.Time, each func(Progress) bool) error
}

// Progress is the state of the workloads after a change.
type Progress struct {
	Reports []diagnosis.Report
	Settled bool      // all evidence that was wanted has been read
	Lost    error     // the server can't be heard now
	Since   time.Time // of Lost

	Digests map[string]string // what the pods' images resolved to, by image as in the pod
}

// Ports are all that a deployment touches.
type Ports struct {
	Cluster Cluster
	Records Records
	Locker  Locker
	Watcher Watcher
}
