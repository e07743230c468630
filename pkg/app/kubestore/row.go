package kubestore

import (
	"context"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

func rowOf(object metav1.Object) inventory.Workload {
	ref := diagnosis.RefOf(object)
	row := inventory.Workload{Project: ref.Namespace, Kind: ref.Kind, Name: ref.Name, Created: object.GetCreationTimestamp().UTC()}
	if labels := object.GetLabels(); labels[app.LabelManagedBy] == app.ManagedBy {
		row.App = labels[app.LabelName]
		row.Release, _ = strconv.Atoi(object.GetAnnotations()[app.AnnotationRelease])
	}
	spec, pods := podSpec(object)
	if spec == nil {
		return row
	}
	for i := range spec.Containers {
		container := &spec.Containers[i]
		row.Images = append(row.Images, container.Image)
		row.CPUMillis += container.Resources.Requests.Cpu().MilliValue() * int64(pods)
		row.MemoryBytes += container.Resources.Requests.Memory().Value() * int64(pods)
	}
	return row
}

// podSpec is the workload's pod, and how many are wanted.
func podSpec(object metav1.Object) (*corev1.PodSpec, int32) {
	switch w := object.(type) {
	case *appsv1.Deployment:
		return &w.Spec.Template.Spec, orOne(w.Spec.Replicas)
	case *appsv1.StatefulSet:
		return &w.Spec.Template.Spec, orOne(w.Spec.Replicas)
	case *appsv1.ReplicaSet:
		return &w.Spec.Template.Spec, orOne(w.Spec.Replicas)
	case *appsv1.DaemonSet:
		return &w.Spec.Template.Spec, w.Status.DesiredNumberScheduled
	case *batchv1.Job:
		return &w.Spec.Template.Spec, orOne(w.Spec.Parallelism)
	case *batchv1.CronJob:
		return &w.Spec.JobTemplate.Spec.Template.Spec, 1
	case *corev1.Pod:
		return &w.Spec, 1
	default:
		return nil, 0
	}
}

func orOne(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

// fewNodes reads the nodes, which tell whether one sick node explains a failure; nil where they may not be read, or are
// more than a page: then a list judges without them.
func (s *Store) fewNodes(ctx context.Context) []*corev1.Node {
	for page, err := range kube.Pages[corev1.NodeList](ctx, s.client, kube.Nodes(), kube.Query{}) {
		if err != nil || page.Continue != "" {
			return nil
		}
		nodes := make([]*corev1.Node, len(page.Items))
		for i := range page.Items {
			nodes[i] = &page.Items[i]
		}
		return nodes
	}
	return nil
}

// peekPods bounds the pods that are read to find out what a workload in a list suffers from.
const peekPods = 500

// peek judges a workload by its pods, without events and logs: enough for a few words in a list.
func (s *Store) peek(ctx context.Context, object metav1.Object, nodes []*corev1.Node) diagnosis.Report {
	snapshot := diagnosis.Snapshot{Workload: object, Nodes: nodes}
	selector := selectorOf(object)
	if selector == nil {
		return diagnosis.Judge(snapshot, s.client.Now(), diagnosis.Thresholds{})
	}
	query := kube.Query{Namespace: object.GetNamespace(), Labels: metav1.FormatLabelSelector(selector), Cached: true}
	for page, err := range kube.Pages[corev1.PodList](ctx, s.client, kube.Pods(), query) {
		if err != nil {
			snapshot.Unread = append(snapshot.Unread, diagnosis.Unread{Kind: "pods", Reason: "unread", Message: err.Error()})
			break
		}
		for i := range page.Items {
			snapshot.Pods = append(snapshot.Pods, &page.Items[i])
		}
		if len(snapshot.Pods) >= peekPods {
			break
		}
	}
	if deployment, ok := object.(*appsv1.Deployment); ok {
		snapshot.ReplicaSets = s.setsOf(ctx, deployment, snapshot.Pods, query)
	}
	return diagnosis.Judge(snapshot, s.client.Now(), diagnosis.Thresholds{})
}

// setsOf are a Deployment's replica sets. Where all its pods belong to one, that one is the current set and need not be
// read: half of the requests of a list with many unwell Deployments.
func (s *Store) setsOf(ctx context.Context, d *appsv1.Deployment, pods []*corev1.Pod, query kube.Query) []*appsv1.ReplicaSet {
	if set := onlySet(d, pods); set != nil {
		return []*appsv1.ReplicaSet{set}
	}
	var sets []*appsv1.ReplicaSet
	for page, err := range kube.Pages[appsv1.ReplicaSetList](ctx, s.client, kube.ReplicaSets(), query) {
		if err != nil {
			return sets // judged with what is known
		}
		for i := range page.Items {
			sets = append(sets, &page.Items[i])
		}
	}
	return sets
}

// onlySet stands for the one replica set that all pods belong to; nil when there are several, or a rollout may be about
// to begin with another.
func onlySet(d *appsv1.Deployment, pods []*corev1.Pod) *appsv1.ReplicaSet {
	if d.Status.ObservedGeneration < d.Generation || len(pods) == 0 || int(d.Status.UpdatedReplicas) != len(pods) {
		return nil
	}
	var owner *metav1.OwnerReference
	for _, pod := range pods {
		ref := metav1.GetControllerOfNoCopy(pod)
		if ref == nil || ref.Kind != "ReplicaSet" || (owner != nil && ref.UID != owner.UID) {
			return nil
		}
		owner = ref
	}
	controller := true
	return &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
		Namespace: d.Namespace, Name: owner.Name, UID: owner.UID, Annotations: d.Annotations,
		OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", Name: d.Name, UID: d.UID, Controller: &controller}},
	}}
}

func selectorOf(object metav1.Object) *metav1.LabelSelector {
	switch w := object.(type) {
	case *appsv1.Deployment:
		return w.Spec.Selector
	case *appsv1.StatefulSet:
		return w.Spec.Selector
	case *appsv1.ReplicaSet:
		return w.Spec.Selector
	case *appsv1.DaemonSet:
		return w.Spec.Selector
	case *batchv1.Job:
		return w.Spec.Selector
	default:
		return nil
	}
}
