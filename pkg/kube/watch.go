package kube

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Change is one step of what Follow sees.
type Change[P any] struct {
	Type   ChangeType
	Object P     // of Put and Gone
	Err    error // of Lost: why the server can't be heard at the moment
}

// ChangeType tells the steps apart.
type ChangeType int

const (
	Reset  ChangeType = iota // a list begins: what was known before no longer counts
	Put                      // the object exists in this state
	Gone                     // the object was deleted
	Synced                   // the list is complete; from here on changes follow
	Lost                     // the server can't be heard; Follow goes on trying
	Heard                    // the server is heard (again): what is known is up to date
)

const (
	firstRetry  = 200 * time.Millisecond
	slowestTry  = 5 * time.Second
	watchForAll = 4 * time.Minute // the server ends a watch by then; an ended watch is simply begun again
)

// Follow lists the objects of a query and then watches them until ctx ends, and survives what happens to watches: they
// end, the server forgets the past (410 Gone: the list is read anew, begun by Reset), it goes away and comes back.
// It returns ctx's error, or the first fault that waiting can't mend (forbidden, credential refused, unknown resource).
// each is called from one goroutine; it must not block for long.
func Follow[T any, L any, P interface {
	*T
	runtime.Object
}, LP interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, c *Client, r Resource, q Query, items func(LP) []T, each func(Change[P])) error {
	follower := &follower[T, P]{client: c, resource: r, query: q, each: each}
	follower.read = func(ctx context.Context) (all []T, version string, err error) {
		for page, err := range Pages[L, LP](ctx, c, r, q) {
			if err != nil {
				return nil, "", err
			}
			all, version = append(all, items(page)...), page.GetResourceVersion()
		}
		return all, version, nil
	}
	return follower.run(ctx)
}

type follower[T any, P interface {
	*T
	runtime.Object
}] struct {
	client   *Client
	resource Resource
	query    Query
	read     func(context.Context) (all []T, version string, err error)
	each     func(Change[P])
}

func (f *follower[T, P]) run(ctx context.Context) error {
	wait := firstRetry
	for {
		version, err := f.list(ctx)
		if err == nil {
			wait = firstRetry
			err = f.watch(ctx, version)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil { // the past was forgotten: list again, not in a hurry
			if err := pause(ctx, firstRetry); err != nil {
				return err
			}
			continue
		}
		if hopeless(err) {
			return err
		}
		f.each(Change[P]{Type: Lost, Err: err})
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, slowestTry)
	}
}

// list reads everything before it tells of anything, so that a list that fails half-way leaves what was known in place.
func (f *follower[T, P]) list(ctx context.Context) (string, error) {
	all, version, err := f.read(ctx)
	if err != nil {
		return "", err
	}
	f.each(Change[P]{Type: Reset})
	for i := range all {
		f.each(Change[P]{Type: Put, Object: P(&all[i])})
	}
	f.each(Change[P]{Type: Synced})
	return version, nil
}

// watch follows from a version on until the past is forgotten (nil: list again) or the server can't be heard (error).
func (f *follower[T, P]) watch(ctx context.Context, version string) error {
	wait := firstRetry
	for {
		next, err := f.watchOnce(ctx, version)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case apierrors.IsResourceExpired(err), apierrors.IsGone(err):
			return nil
		case err != nil && hopeless(f.client.classify(err, "")):
			return f.client.classify(err, "watching "+describe(f.resource, f.query.Namespace, ""))
		case err != nil:
			f.each(Change[P]{Type: Lost, Err: f.client.classify(err, "watching "+describe(f.resource, f.query.Namespace, ""))})
		}
		if next != version {
			version, wait = next, firstRetry
			continue
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
		wait = min(2*wait, slowestTry)
	}
}

// watchOnce is one connection. It returns the version seen last; a nil error means that the server ended it.
func (f *follower[T, P]) watchOnce(ctx context.Context, version string) (string, error) {
	client, err := f.client.rest(f.resource)
	if err != nil {
		return version, err
	}
	seconds := int64(watchForAll.Seconds()) + rand.Int64N(60) // spread, so that many watches don't end at once
	stream, err := client.Get().NamespaceIfScoped(f.query.Namespace, f.query.Namespace != "").Resource(f.resource.Plural).
		VersionedParams(&metav1.ListOptions{
			Watch: true, ResourceVersion: version, AllowWatchBookmarks: true, TimeoutSeconds: &seconds,
			LabelSelector: f.query.Labels, FieldSelector: f.query.Fields,
		}, metav1.ParameterCodec).MaxRetries(0).Watch(ctx)
	if err != nil {
		return version, err
	}
	defer stream.Stop()
	f.each(Change[P]{Type: Heard})
	for event := range stream.ResultChan() {
		if event.Type == watch.Error {
			return version, apierrors.FromObject(event.Object)
		}
		object, ok := event.Object.(P)
		if !ok {
			continue
		}
		if accessor, ok := any(object).(metav1.Object); ok {
			version = accessor.GetResourceVersion()
		}
		switch event.Type {
		case watch.Added, watch.Modified:
			f.each(Change[P]{Type: Put, Object: object})
		case watch.Deleted:
			f.each(Change[P]{Type: Gone, Object: object})
		case watch.Bookmark: // only the version counts
		}
	}
	return version, nil
}

// hopeless tells faults that waiting can't mend.
func hopeless(err error) bool {
	var known *fault.Error
	if !errors.As(err, &known) {
		return false
	}
	switch known.Kind {
	case fault.Forbidden, fault.Unauthenticated, fault.NotFound, fault.Usage:
		return true
	default:
		return false
	}
}

// pause waits, with jitter so that many clients don't come back at the same moment.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d + rand.N(d/2+1))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
