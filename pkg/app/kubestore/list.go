package kubestore

import (
	"context"
	"errors"
	"iter"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

const (
	judgedAtOnce = 8   // workloads whose pods are read at one time
	batchRows    = 200 // rows that are gathered before the unwell among them are looked at
)

// List reads workloads by project and name. Pods are read only for those that are unwell, so that a list of 10,000
// healthy ones costs no more than the list itself.
func (s *Store) List(ctx context.Context, q inventory.Query) iter.Seq2[inventory.Workload, error] {
	return func(yield func(inventory.Workload, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		nodes := sync.OnceValue(func() []*corev1.Node { return s.fewNodes(ctx) })
		batch := make([]found, 0, batchRows)
		for item, err := range s.merged(ctx, q) {
			if err != nil {
				if s.flush(ctx, batch, nodes, yield) {
					yield(inventory.Workload{}, err)
				}
				return
			}
			if batch = append(batch, item); len(batch) == batchRows {
				if !s.flush(ctx, batch, nodes, yield) {
					return
				}
				batch = batch[:0]
			}
		}
		s.flush(ctx, batch, nodes, yield)
	}
}

// found is a workload in a list, with its row.
type found struct {
	row    inventory.Workload
	object metav1.Object
}

// flush looks at the unwell of a batch, a few at a time, and yields all in their order.
func (s *Store) flush(ctx context.Context, batch []found, nodes func() []*corev1.Node, yield func(inventory.Workload, error) bool) bool {
	var group sync.WaitGroup
	slots := make(chan struct{}, judgedAtOnce)
	for i := range batch {
		item := &batch[i]
		if item.row.Health == inventory.Healthy || item.row.Health == inventory.Stopped {
			continue
		}
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			item.row.Judge(s.peek(ctx, item.object, nodes()))
		})
	}
	group.Wait()
	for _, item := range batch {
		if !yield(item.row, nil) {
			return false
		}
	}
	return true
}

// merged gives all kinds' lists as one, by project and name. A kind that can't be listed ends the whole with an error
// after what the others have: a partial list is never shown as whole.
func (s *Store) merged(ctx context.Context, q inventory.Query) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		streams := make([]*stream, 0, len(q.Kinds))
		defer func() {
			for _, st := range streams {
				st.stop()
			}
		}()
		var lists []iter.Seq2[found, error]
		open := s.newScope(ctx, q)
		for _, kind := range q.Kinds {
			lists = append(lists, s.kindList(ctx, kind, q, open)) // begins to read: all kinds' first pages are under way at once
		}
		for _, list := range lists {
			streams = append(streams, newStream(list))
		}
		var faults []error
		for {
			var next *stream
			for _, st := range streams {
				if st.err != nil {
					faults, st.err = append(faults, st.err), nil
				}
				if !st.ended && (next == nil || earlier(st.head.row, next.head.row)) {
					next = st
				}
			}
			if next == nil {
				break
			}
			item := next.head
			if !yield(item, nil) {
				return
			}
			next.advance()
		}
		if len(faults) > 0 {
			yield(found{}, errors.Join(faults[:1]...))
		}
	}
}

func earlier(a, b inventory.Workload) bool {
	if a.Project != b.Project {
		return a.Project < b.Project
	}
	return a.Name < b.Name
}

// stream is one kind's list with its first item in hand.
type stream struct {
	head  found
	ended bool
	err   error
	pull  func() (found, error, bool)
	stop  func()
}

func newStream(items iter.Seq2[found, error]) *stream {
	st := &stream{}
	st.pull, st.stop = iter.Pull2(items)
	st.advance()
	return st
}

func (st *stream) advance() {
	item, err, ok := st.pull()
	if !ok || err != nil {
		st.ended, st.err = true, err
		return
	}
	st.head = item
}

func (s *Store) kindList(ctx context.Context, kind string, q inventory.Query, open scope) iter.Seq2[found, error] {
	switch kind {
	case "Deployment":
		return listKind(ctx, s, kube.Deployments(), q, open, func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items })
	case "StatefulSet":
		return listKind(ctx, s, kube.StatefulSets(), q, open, func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items })
	case "DaemonSet":
		return listKind(ctx, s, kube.DaemonSets(), q, open, func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items })
	case "ReplicaSet":
		return listKind(ctx, s, kube.ReplicaSets(), q, open, func(l *appsv1.ReplicaSetList) []appsv1.ReplicaSet { return l.Items })
	case "Job":
		return listKind(ctx, s, kube.Jobs(), q, open, func(l *batchv1.JobList) []batchv1.Job { return l.Items })
	case "CronJob":
		return listKind(ctx, s, kube.CronJobs(), q, open, func(l *batchv1.CronJobList) []batchv1.CronJob { return l.Items })
	default:
		return listKind(ctx, s, kube.Pods(), q, open, func(l *corev1.PodList) []corev1.Pod { return l.Items })
	}
}

// listKind reads one kind's pages, one page ahead of whoever reads the rows, and turns the objects into rows. What
// another workload owns (the Jobs of a CronJob) is not shown on its own.
func listKind[T any, L any, P interface {
	*T
	metav1.Object
}, LP interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, s *Store, r kube.Resource, q inventory.Query, open scope, items func(LP) []T) iter.Seq2[found, error] {
	now := s.client.Now()
	pages := ahead(ctx, s.scoped(q, open, func(query kube.Query) iter.Seq2[any, error] {
		return func(yield func(any, error) bool) {
			for page, err := range kube.Pages[L, LP](ctx, s.client, r, query) {
				if !yield(page, err) {
					return
				}
			}
		}
	}))
	return func(yield func(found, error) bool) {
		for page := range pages {
			if page.err != nil {
				yield(found{}, page.err)
				return
			}
			list := items(page.value.(LP))
			for i := range list {
				object := P(&list[i])
				if metav1.GetControllerOfNoCopy(object) != nil {
					continue
				}
				item := found{row: rowOf(object), object: object}
				item.row.Judge(diagnosis.Judge(diagnosis.Snapshot{Workload: object}, now, diagnosis.Thresholds{}))
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

type pageOrError struct {
	value any
	err   error
}

// ahead reads one page ahead, so that the server works while rows are printed.
func ahead(ctx context.Context, pages iter.Seq2[any, error]) <-chan pageOrError {
	out := make(chan pageOrError, 1)
	go func() {
		defer close(out)
		for page, err := range pages {
			select {
			case out <- pageOrError{page, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}
