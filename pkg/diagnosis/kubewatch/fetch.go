package kubewatch

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

const (
	logLines   = 20
	logTimeout = 5 * time.Second
	// podsForSums is the largest cluster for which what is requested on each node is summed up for one diagnosis.
	podsForSums = 5000
)

// fetch begins to read what the judgement wants, and tells whether anything is under way for it.
func (w *watcher) fetch(ctx context.Context, s *state, wants []diagnosis.Want) bool {
	inNamespace := kube.Query{Namespace: s.ref.Namespace}
	for _, want := range wants {
		switch want.Kind {
		case diagnosis.WantLog:
			w.fetchLog(ctx, s, want)
		case diagnosis.WantNodes:
			w.fetchNodes(ctx, s)
		case diagnosis.WantQuotas:
			read(ctx, w, s, kube.ResourceQuotas(), inNamespace, func(l *corev1.ResourceQuotaList) {
				s.quotas = append(notNil(s.quotas), pointers(l.Items)...)
			})
		case diagnosis.WantClaims:
			read(ctx, w, s, kube.Claims(), inNamespace, func(l *corev1.PersistentVolumeClaimList) {
				s.claims = append(notNil(s.claims), pointers(l.Items)...)
			})
		}
	}
	return len(wants) > 0
}

// notNil tells "read, and there are none" from "not read".
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (w *watcher) fetchLog(ctx context.Context, s *state, want diagnosis.Want) {
	key := want.Log.Namespace + "/" + want.Log.Pod + "/" + want.Log.Container
	if w.fetching[key] {
		return
	}
	w.fetching[key] = true
	w.group.Go(func() {
		w.slots <- struct{}{}
		defer func() { <-w.slots }()
		bounded, cancel := context.WithTimeout(ctx, logTimeout)
		defer cancel()
		lines, err := w.client.LogTail(bounded, want.Log.Namespace, want.Log.Pod, want.Log.Container, want.Log.Previous, logLines)
		tail := diagnosis.LogTail{Lines: lines, Restart: want.Restart}
		if err != nil {
			tail.Err = err.Error()
		}
		w.post(ctx, func() {
			delete(w.fetching, key)
			s.logs[want.Log] = tail
			if fault.Is(err, fault.Forbidden) {
				s.missing = append(s.missing, diagnosis.Unread{Kind: "pods/log", Reason: "forbidden", Message: err.Error()})
			}
		})
	})
}

func (w *watcher) fetchNodes(ctx context.Context, s *state) {
	read(ctx, w, s, kube.Nodes(), kube.Query{}, func(l *corev1.NodeList) {
		s.nodes = append(notNil(s.nodes), pointers(l.Items)...)
	})
	seen := 0
	read(ctx, w, s, kube.Pods(), kube.Query{Fields: "status.phase!=Succeeded,status.phase!=Failed"}, func(l *corev1.PodList) {
		if seen += len(l.Items); seen > podsForSums {
			s.requested = nil
			return
		}
		if s.requested == nil {
			s.requested = map[string]corev1.ResourceList{}
		}
		for i := range l.Items {
			addRequests(s.requested, &l.Items[i])
		}
	})
}

// addRequests adds what a pod's containers request to its node's sum.
func addRequests(sums map[string]corev1.ResourceList, pod *corev1.Pod) {
	if pod.Spec.NodeName == "" {
		return
	}
	sum := sums[pod.Spec.NodeName]
	if sum == nil {
		sum = corev1.ResourceList{}
		sums[pod.Spec.NodeName] = sum
	}
	for _, container := range pod.Spec.Containers {
		for name, quantity := range container.Resources.Requests {
			total := sum[name]
			total.Add(quantity)
			sum[name] = total
		}
	}
}
