package kubewatch

import (
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// state is what is known of one workload.
type state struct {
	ref      diagnosis.Ref
	resource kube.Resource

	workload   metav1.Object // nil: not there
	sets       map[types.UID]*appsv1.ReplicaSet
	jobs       map[types.UID]*batchv1.Job
	pods       map[types.UID]*corev1.Pod
	claims     []*corev1.PersistentVolumeClaim
	quotas     []*corev1.ResourceQuota
	nodes      []*corev1.Node
	requested  map[string]corev1.ResourceList
	autoscaler *autoscalingv2.HorizontalPodAutoscaler
	pdbs       []*policyv1.PodDisruptionBudget
	logs       map[diagnosis.LogKey]diagnosis.LogTail
	missing    []diagnosis.Unread
}

func newState(ref diagnosis.Ref) *state {
	return &state{
		ref: ref, resource: ResourceOf(ref.Kind),
		sets: map[types.UID]*appsv1.ReplicaSet{}, jobs: map[types.UID]*batchv1.Job{}, pods: map[types.UID]*corev1.Pod{},
		logs: map[diagnosis.LogKey]diagnosis.LogTail{},
	}
}

// ResourceOf is where workloads of a kind live; the zero Resource for a kind that is no workload.
func ResourceOf(kind string) kube.Resource {
	for _, r := range []kube.Resource{
		kube.Deployments(), kube.StatefulSets(), kube.DaemonSets(), kube.ReplicaSets(), kube.Jobs(), kube.CronJobs(), kube.Pods(),
	} {
		if r.Kind == kind {
			return r
		}
	}
	return kube.Resource{}
}

func (s *state) snapshot(w *watcher) diagnosis.Snapshot {
	return diagnosis.Snapshot{
		Workload: s.workload, Wanted: s.ref, NotBefore: w.options.NotBefore, HeardSince: w.heardSince,
		ReplicaSets: values(s.sets), Jobs: values(s.jobs), Pods: values(s.pods), Events: values(w.events),
		Claims: s.claims, Quotas: s.quotas, Nodes: s.nodes, NodeRequested: s.requested,
		Autoscaler: s.autoscaler, PDBs: s.pdbs, Logs: s.logs, Unread: s.missing,
	}
}

// digests adds what the images of running containers resolved to.
func (s *state) digests(found map[string]string) {
	for _, pod := range s.pods {
		for _, status := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
			_, digest, resolved := strings.Cut(status.ImageID, "@")
			if !resolved {
				continue
			}
			for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
				if container.Name == status.Name { // status.Image may be another name of the same image
					found[container.Image] = digest
				}
			}
		}
	}
}

func values[T any](m map[types.UID]T) []T { return slices.Collect(maps.Values(m)) }

func (s *state) unread(r kube.Resource, err error) {
	for _, known := range s.missing {
		if known.Kind == r.Plural {
			return
		}
	}
	s.missing = append(s.missing, diagnosis.Unread{Kind: r.Plural, Reason: reasonOf(err), Message: err.Error()})
}
