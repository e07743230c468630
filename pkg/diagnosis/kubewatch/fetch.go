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
	w.sumRequests(ctx, s)
}

// sumRequests adds up what is requested on each node, page by page: of the pods only the sums are kept.
func (w *watcher) sumRequests(ctx context.Context, s *state) {
	key := s.ref.String() + " requests"
	if w.fetching[key] {
		return
	}
	w.fetching[key] = true
	w.group.Go(func() {
		sums, seen := map[string]corev1.ResourceList{}, 0
		query := kube.Query{Fields: "status.phase!=Succeeded,status.phase!=Failed"}
		for page, err := range kube.Pages[corev1.PodList](ctx, w.client, kube.Pods(), query) {
			if err != nil {
				sums = nil
				break
			}
			for i := range page.Items {
				addRequests(sums, &page.Items[i])
			}
			if seen += len(page.Items); seen > podsForSums {
				sums = nil
				break
			}
		}
		w.post(ctx, func() {
			delete(w.fetching, key)
			s.requested = sums
		})
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
