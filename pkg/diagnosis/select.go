package diagnosis

import (
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podCase is a pod of the workload; old: of a revision that is going, or of an earlier run.
type podCase struct {
	pod *corev1.Pod
	old bool
}

// selection is what belongs to the workload.
type selection struct {
	pods []podCase
	// set is the replica set of the revision wanted now; nil while there is none, or for other kinds.
	set *appsv1.ReplicaSet
}

// selectPods finds the workload's pods by their controller, in the order of their names.
func selectPods(s *Snapshot) selection {
	var out selection
	switch w := s.Workload.(type) {
	case *appsv1.Deployment:
		out = deploymentPods(s, w)
	case *appsv1.StatefulSet:
		out.pods = owned(s.Pods, w, "StatefulSet", func(p *corev1.Pod) bool {
			hash := p.Labels[appsv1.ControllerRevisionHashLabelKey]
			// A partition or OnDelete keeps pods on the old revision on purpose: they are as wanted too.
			if keepsOld(w) {
				return false
			}
			return w.Status.UpdateRevision != "" && hash != "" && (hash != w.Status.UpdateRevision || w.Status.ObservedGeneration < w.Generation)
		})
	case *appsv1.DaemonSet:
		wanted := w.Annotations[appsv1.DeprecatedTemplateGeneration]
		out.pods = owned(s.Pods, w, "DaemonSet", func(p *corev1.Pod) bool {
			have := p.Labels["pod-template-generation"]
			return w.Spec.UpdateStrategy.Type != appsv1.OnDeleteDaemonSetStrategyType && wanted != "" && have != "" && have != wanted
		})
	case *appsv1.ReplicaSet:
		out.pods = owned(s.Pods, w, "ReplicaSet", nil)
		out.set = w
	case *batchv1.Job:
		out.pods = owned(s.Pods, w, "Job", nil)
	case *corev1.Pod:
		out.pods = []podCase{{pod: w}}
	}
	sort.Slice(out.pods, func(i, j int) bool { return out.pods[i].pod.Name < out.pods[j].pod.Name })
	return out
}

func keepsOld(w *appsv1.StatefulSet) bool {
	strategy := w.Spec.UpdateStrategy
	if strategy.Type == appsv1.OnDeleteStatefulSetStrategyType {
		return true
	}
	return strategy.RollingUpdate != nil && strategy.RollingUpdate.Partition != nil && *strategy.RollingUpdate.Partition > 0
}

// owned lists the pods whose controller is owner.
func owned(pods []*corev1.Pod, owner metav1.Object, kind string, old func(*corev1.Pod) bool) []podCase {
	var out []podCase
	for _, pod := range pods {
		if controlledBy(pod, owner, kind) {
			out = append(out, podCase{pod: pod, old: old != nil && old(pod)})
		}
	}
	return out
}

// controlledBy compares by uid, and by name where an object (of a test, or a printed file) has none.
func controlledBy(object, owner metav1.Object, kind string) bool {
	if object.GetNamespace() != owner.GetNamespace() {
		return false
	}
	ref := metav1.GetControllerOfNoCopy(object)
	if ref == nil || ref.Kind != kind {
		return false
	}
	if ref.UID != "" && owner.GetUID() != "" {
		return ref.UID == owner.GetUID()
	}
	return ref.Name == owner.GetName()
}

func deploymentPods(s *Snapshot, d *appsv1.Deployment) selection {
	var out selection
	sets := map[string]*appsv1.ReplicaSet{}
	for _, set := range s.ReplicaSets {
		if controlledBy(set, d, "Deployment") {
			sets[set.Name] = set
		}
	}
	out.set = currentSet(sets, d)
	for _, pod := range s.Pods {
		ref := metav1.GetControllerOfNoCopy(pod)
		if ref == nil || ref.Kind != "ReplicaSet" || pod.Namespace != d.Namespace {
			continue
		}
		set, known := sets[ref.Name]
		if !known || (ref.UID != "" && set.UID != "" && ref.UID != set.UID) {
			continue
		}
		out.pods = append(out.pods, podCase{pod: pod, old: set != out.set})
	}
	return out
}

// currentSet is the replica set of the wanted revision: none while the controller has not seen the last change, since
// every set is then one of an earlier revision.
func currentSet(sets map[string]*appsv1.ReplicaSet, d *appsv1.Deployment) *appsv1.ReplicaSet {
	const key = "deployment.kubernetes.io/revision"
	var newest *appsv1.ReplicaSet
	if d.Status.ObservedGeneration < d.Generation {
		// A change of replicas alone keeps the set: the templates tell.
		for _, set := range sets {
			if sameTemplate(set, d) {
				return set
			}
		}
		return nil
	}
	for _, set := range sets {
		if revision := d.Annotations[key]; revision != "" && set.Annotations[key] == revision {
			return set
		}
		if newest == nil || newest.CreationTimestamp.Before(&set.CreationTimestamp) {
			newest = set
		}
	}
	if d.Annotations[key] != "" && newest != nil && newest.Annotations[key] != "" {
		return nil
	}
	return newest
}

// newestJob is the cron job's last one by creation; with a beginning, the last one since.
func newestJob(s *Snapshot, c *batchv1.CronJob) *batchv1.Job {
	var newest *batchv1.Job
	for _, job := range s.Jobs {
		if !controlledBy(job, c, "CronJob") || job.CreationTimestamp.Time.Before(s.NotBefore.Truncate(1e9)) {
			continue
		}
		if newest == nil || newest.CreationTimestamp.Before(&job.CreationTimestamp) {
			newest = job
		}
	}
	return newest
}
