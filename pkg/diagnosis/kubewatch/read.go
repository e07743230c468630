package kubewatch

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// read reads a list once, beside the watches, as evidence that is welcome and not needed.
func read[L any, LP interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, w *watcher, s *state, r kube.Resource, q kube.Query, use func(LP)) {
	key := s.ref.String() + " " + r.Plural
	if w.fetching[key] {
		return
	}
	w.fetching[key] = true
	w.group.Go(func() {
		pages, failed := pagesOf[L, LP](ctx, w, r, q)
		for try := 1; failed != nil && !refusal(failed) && try < readTries && wait(ctx, retryRead); try++ {
			pages, failed = pagesOf[L, LP](ctx, w, r, q) // the server is restarting, say: what it can't tell now it can later
		}
		w.post(ctx, func() {
			delete(w.fetching, key)
			if failed != nil {
				s.unread(r, failed)
				return
			}
			for _, page := range pages {
				use(page)
			}
		})
	})
}

func pagesOf[L any, LP interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, w *watcher, r kube.Resource, q kube.Query) ([]LP, error) {
	w.slots <- struct{}{}
	defer func() { <-w.slots }()
	var pages []LP
	for page, err := range kube.Pages[L, LP](ctx, w.client, r, q) {
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return pages, nil
}

// refusal tells an answer that asking again won't change.
func refusal(err error) bool {
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Unauthenticated, fault.Usage:
		return true
	default:
		return false
	}
}

// wait pauses; false when ctx ended meanwhile.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func pointers[T any](items []T) []*T {
	out := make([]*T, len(items))
	for i := range items {
		out[i] = &items[i]
	}
	return out
}
