package kubewatch

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// start begins to follow the workloads and the events of their namespace. What hangs on a workload's selector is
// followed once the workload is known.
func (w *watcher) start(ctx context.Context) {
	if len(w.states) == 0 {
		return
	}
	namespace := w.states[0].ref.Namespace
	follow(ctx, w, nil, kube.Events(), kube.Query{Namespace: namespace}, func(l *corev1.EventList) []corev1.Event { return l.Items },
		func() { clear(w.events) },
		func(e *corev1.Event) { w.events[e.UID] = e },
		func(e *corev1.Event) { delete(w.events, e.UID) })
	for _, s := range w.states {
		w.startWorkload(ctx, s)
	}
}

func (w *watcher) startWorkload(ctx context.Context, s *state) {
	query := kube.Query{Namespace: s.ref.Namespace, Fields: "metadata.name=" + s.ref.Name}
	switch s.ref.Kind {
	case "Deployment":
		workload(ctx, w, s, query, func(l *appsv1.DeploymentList) []appsv1.Deployment { return l.Items },
			func(d *appsv1.Deployment) (string, error) { return selector(d.Spec.Selector) })
	case "StatefulSet":
		workload(ctx, w, s, query, func(l *appsv1.StatefulSetList) []appsv1.StatefulSet { return l.Items },
			func(d *appsv1.StatefulSet) (string, error) { return selector(d.Spec.Selector) })
	case "DaemonSet":
		workload(ctx, w, s, query, func(l *appsv1.DaemonSetList) []appsv1.DaemonSet { return l.Items },
			func(d *appsv1.DaemonSet) (string, error) { return selector(d.Spec.Selector) })
	case "ReplicaSet":
		workload(ctx, w, s, query, func(l *appsv1.ReplicaSetList) []appsv1.ReplicaSet { return l.Items },
			func(d *appsv1.ReplicaSet) (string, error) { return selector(d.Spec.Selector) })
	case "Job":
		workload(ctx, w, s, query, func(l *batchv1.JobList) []batchv1.Job { return l.Items },
			func(d *batchv1.Job) (string, error) { return selector(d.Spec.Selector) })
	case "CronJob":
		workload(ctx, w, s, query, func(l *batchv1.CronJobList) []batchv1.CronJob { return l.Items },
			func(*batchv1.CronJob) (string, error) { return "job-name", nil })
	case "Pod":
		workload(ctx, w, s, query, func(l *corev1.PodList) []corev1.Pod { return l.Items }, nil)
	default:
		w.fatal = fault.New(fault.Usage, "%s is no kind of workload", s.ref.Kind)
	}
}

// workload follows the workload itself and, from its first sight, what belongs to it.
func workload[T any, L any, P interface {
	*T
	runtime.Object
	metav1.Object
}, LP interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, w *watcher, s *state, query kube.Query, items func(LP) []T, selectorOf func(P) (string, error)) {
	begun := selectorOf == nil
	follow(ctx, w, s, s.resource, query, items,
		func() { s.workload = nil },
		func(object P) {
			s.workload = object
			if begun {
				return
			}
			begun = true
			labels, err := selectorOf(object)
			if err != nil {
				w.fatal = fmt.Errorf("reading the selector of %s: %w", s.ref, err)
				return
			}
			w.startDependents(ctx, s, labels)
		},
		func(P) { s.workload = nil })
}

func (w *watcher) startDependents(ctx context.Context, s *state, labels string) {
	query := kube.Query{Namespace: s.ref.Namespace, Labels: labels}
	follow(ctx, w, s, kube.Pods(), query, func(l *corev1.PodList) []corev1.Pod { return l.Items },
		func() { clear(s.pods) },
		func(p *corev1.Pod) { s.pods[p.UID] = p },
		func(p *corev1.Pod) { delete(s.pods, p.UID) })
	switch s.ref.Kind {
	case "Deployment":
		follow(ctx, w, s, kube.ReplicaSets(), query, func(l *appsv1.ReplicaSetList) []appsv1.ReplicaSet { return l.Items },
			func() { clear(s.sets) },
			func(r *appsv1.ReplicaSet) { s.sets[r.UID] = r },
			func(r *appsv1.ReplicaSet) { delete(s.sets, r.UID) })
	case "CronJob":
		follow(ctx, w, s, kube.Jobs(), kube.Query{Namespace: s.ref.Namespace}, func(l *batchv1.JobList) []batchv1.Job { return l.Items },
			func() { clear(s.jobs) },
			func(j *batchv1.Job) { s.jobs[j.UID] = j },
			func(j *batchv1.Job) { delete(s.jobs, j.UID) })
	}
	switch s.ref.Kind {
	case "Deployment", "StatefulSet":
		w.readBounds(ctx, s)
	}
}

// readBounds reads once what may hold a rollout up from outside: autoscaler and disruption budgets.
func (w *watcher) readBounds(ctx context.Context, s *state) {
	inNamespace := kube.Query{Namespace: s.ref.Namespace}
	read(ctx, w, s, kube.Autoscalers(), inNamespace, func(l *autoscalingv2.HorizontalPodAutoscalerList) {
		for i := range l.Items {
			if target := l.Items[i].Spec.ScaleTargetRef; target.Kind == s.ref.Kind && target.Name == s.ref.Name {
				s.autoscaler = &l.Items[i]
			}
		}
	})
	read(ctx, w, s, kube.DisruptionBudgets(), inNamespace, func(l *policyv1.PodDisruptionBudgetList) {
		s.pdbs = append(s.pdbs, pointers(l.Items)...)
	})
}

func selector(s *metav1.LabelSelector) (string, error) {
	parsed, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return "", err
	}
	return parsed.String(), nil
}

// follow keeps one kind of object up to date in w. s is nil for what concerns all workloads.
func follow[T any, L any, P interface {
	*T
	runtime.Object
	metav1.Object
}, LP interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, w *watcher, s *state, r kube.Resource, q kube.Query, items func(LP) []T, reset func(), put, gone func(P)) {
	id := w.next
	w.next++
	w.unsynced[id] = true
	w.group.Go(func() {
		err := kube.Follow(ctx, w.client, r, q, items, func(change kube.Change[P]) {
			w.post(ctx, func() { w.take(ctx, id, change.Type, change.Err, func() { step(change, reset, put, gone) }) })
		})
		if ctx.Err() == nil {
			w.post(ctx, func() {
				delete(w.unsynced, id)
				delete(w.lost, id)
				w.refused(r, s, err)
			})
		}
	})
}

func step[P any](change kube.Change[P], reset func(), put, gone func(P)) {
	switch change.Type {
	case kube.Reset:
		reset()
	case kube.Put:
		put(change.Object)
	case kube.Gone:
		gone(change.Object)
	}
}

// take applies a change of follower id.
func (w *watcher) take(ctx context.Context, id int, kind kube.ChangeType, err error, apply func()) {
	switch kind {
	case kube.Lost:
		if _, already := w.lost[id]; !already {
			w.lost[id] = loss{err: err, since: w.client.Now()}
		}
	case kube.Synced:
		delete(w.unsynced, id)
		w.found(id)
	case kube.Heard:
		w.heard(ctx, id)
	case kube.Reset:
		w.unsynced[id] = true // until Synced
		apply()
	default:
		apply()
	}
}

// catchUp is how long what was missed may take to arrive once a watch goes on.
const catchUp = 500 * time.Millisecond

// heard ends a loss once what was missed has arrived: judged at once, a state from before the outage would fail by graces
// that ran out during it.
func (w *watcher) heard(ctx context.Context, id int) {
	l, lost := w.lost[id]
	if !lost {
		return
	}
	w.group.Go(func() {
		if wait(ctx, catchUp) {
			w.post(ctx, func() {
				if w.lost[id] == l {
					w.found(id)
				}
			})
		}
	})
}

// found ends a loss.
func (w *watcher) found(id int) {
	if _, lost := w.lost[id]; lost {
		delete(w.lost, id)
		w.heardSince = w.client.Now()
	}
}

// Evidence that could not be read is asked for again, so often and after this pause; then it is done without.
const (
	readTries = 4
	retryRead = 2 * time.Second
)
