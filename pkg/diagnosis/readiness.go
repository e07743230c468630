package diagnosis

import (
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// readiness is what the controllers say of their own progress.
type readiness struct {
	Wanted, Ready, Updated, Available int32

	Done     bool     // as wanted
	Over     bool     // ended badly; nothing will be tried again
	Stalled  bool     // the controller itself gave up waiting (progressDeadlineSeconds)
	CameUp   bool     // it had been as wanted before
	Missing  []string // what is not yet as wanted
	Note     string   // of a state that needs a word: scaled to 0, suspended
	Revision string
}

func (r *readiness) lack(format string, args ...any) {
	if len(r.Missing) < maxMissing {
		r.Missing = append(r.Missing, fmt.Sprintf(format, args...))
	}
}

// settle makes it done when nothing is lacking.
func (r *readiness) settle() readiness {
	r.Done = len(r.Missing) == 0 && !r.Over
	return *r
}

// observed notes a spec that the controller has not seen yet: its status is about an earlier one.
func (r *readiness) observed(meta metav1.Object, seen int64) bool {
	if seen < meta.GetGeneration() {
		r.lack("the controller has not seen the change yet")
		r.Updated = 0 // the count is of the revision before
		return false
	}
	return true
}

// count notes a number that is short.
func (r *readiness) count(have, want int32, what string) {
	if have < want {
		r.lack("%d of %d %s", have, want, what)
	}
}

// available notes pods that are ready, but not yet for minReadySeconds.
func (r *readiness) available() {
	if r.Ready >= r.Wanted {
		r.count(r.Available, r.Wanted, "pods available")
	}
}

// readinessOf is the readiness of any workload by its status alone.
func readinessOf(workload metav1.Object) readiness {
	switch w := workload.(type) {
	case *appsv1.Deployment:
		return deploymentReadiness(w)
	case *appsv1.StatefulSet:
		return statefulSetReadiness(w)
	case *appsv1.DaemonSet:
		return daemonSetReadiness(w)
	case *appsv1.ReplicaSet:
		return replicaSetReadiness(w)
	case *batchv1.Job:
		return jobReadiness(w)
	case *corev1.Pod:
		return podReadiness(w)
	case *corev1.PersistentVolumeClaim:
		return claimReadiness(w)
	case *autoscalingv2.HorizontalPodAutoscaler:
		return autoscalerReadiness(w)
	default:
		return readiness{Missing: []string{"a kind that is not judged"}}
	}
}

func deploymentReadiness(d *appsv1.Deployment) readiness {
	r := readiness{
		Wanted: orOne(d.Spec.Replicas), Ready: d.Status.ReadyReplicas, Updated: d.Status.UpdatedReplicas,
		Available: d.Status.AvailableReplicas, Revision: d.Annotations["deployment.kubernetes.io/revision"],
	}
	if !r.observed(d, d.Status.ObservedGeneration) {
		return r
	}
	progress := condition(d.Status.Conditions, appsv1.DeploymentProgressing)
	r.CameUp = progress != nil && progress.Reason == "NewReplicaSetAvailable"
	r.Stalled = progress != nil && progress.Reason == "ProgressDeadlineExceeded"
	r.count(d.Status.UpdatedReplicas, r.Wanted, "pods updated")
	r.count(d.Status.ReadyReplicas, r.Wanted, "pods ready")
	r.available()
	if old := d.Status.Replicas - d.Status.UpdatedReplicas; old > 0 {
		r.lack("%s of the old revision still to end", plural(int(old), "pod"))
	} else if extra := d.Status.Replicas - r.Wanted; extra > 0 {
		r.lack("%s too many still to end", plural(int(extra), "pod"))
	}
	if r.Wanted == 0 {
		r.Note = "scaled to 0"
	}
	return r.settle()
}

func statefulSetReadiness(s *appsv1.StatefulSet) readiness {
	r := readiness{
		Wanted: orOne(s.Spec.Replicas), Ready: s.Status.ReadyReplicas, Updated: s.Status.UpdatedReplicas,
		Available: s.Status.AvailableReplicas, Revision: s.Status.UpdateRevision,
	}
	if !r.observed(s, s.Status.ObservedGeneration) {
		return r
	}
	r.count(s.Status.ReadyReplicas, r.Wanted, "pods ready")
	if s.Spec.MinReadySeconds > 0 {
		r.available()
	}
	if extra := s.Status.Replicas - r.Wanted; extra > 0 {
		r.lack("%s too many still to end", plural(int(extra), "pod"))
	}
	r.CameUp = s.Status.CurrentRevision == s.Status.UpdateRevision
	if s.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType {
		// Pods are replaced when somebody deletes them: nothing to wait for.
		if s.Status.UpdatedReplicas < r.Wanted && !r.CameUp {
			r.Note = fmt.Sprintf("%d of %d pods updated, the others when they are deleted (OnDelete)", s.Status.UpdatedReplicas, r.Wanted)
		}
		return r.settle()
	}
	partition := int32(0)
	if rolling := s.Spec.UpdateStrategy.RollingUpdate; rolling != nil && rolling.Partition != nil {
		partition = *rolling.Partition
	}
	switch {
	case partition > 0:
		r.count(s.Status.UpdatedReplicas, r.Wanted-partition, "pods updated (partition "+itoa(int(partition))+")")
		if r.Wanted > partition {
			r.Note = "partition " + itoa(int(partition)) + " keeps the other pods on the old revision"
		}
	case !r.CameUp:
		// currentReplicas counts the old revision until the last pod is done.
		r.count(s.Status.UpdatedReplicas, r.Wanted, "pods updated")
		if s.Status.UpdatedReplicas >= r.Wanted {
			r.lack("the controller has not closed the rollout yet")
		}
	}
	r.CameUp = r.CameUp && r.Ready > 0
	if r.Wanted == 0 {
		r.Note = "scaled to 0"
	}
	return r.settle()
}

func daemonSetReadiness(d *appsv1.DaemonSet) readiness {
	r := readiness{
		Wanted: d.Status.DesiredNumberScheduled, Ready: d.Status.NumberReady, Updated: d.Status.UpdatedNumberScheduled,
		Available: d.Status.NumberAvailable, Revision: strconv.FormatInt(d.Generation, 10),
	}
	// A set that was never looked at says it wants 0 pods.
	if d.Status.ObservedGeneration == 0 {
		r.lack("the controller has not seen it yet")
		return r
	}
	if !r.observed(d, d.Status.ObservedGeneration) {
		return r
	}
	r.count(d.Status.CurrentNumberScheduled, r.Wanted, "nodes have a pod")
	r.count(d.Status.NumberReady, r.Wanted, "pods ready")
	r.available()
	if d.Spec.UpdateStrategy.Type == appsv1.OnDeleteDaemonSetStrategyType {
		if d.Status.UpdatedNumberScheduled < r.Wanted {
			r.Note = fmt.Sprintf("%d of %d pods updated, the others when they are deleted (OnDelete)", d.Status.UpdatedNumberScheduled, r.Wanted)
		}
	} else {
		r.count(d.Status.UpdatedNumberScheduled, r.Wanted, "pods updated")
		r.CameUp = d.Status.UpdatedNumberScheduled >= r.Wanted && r.Available > 0
	}
	if r.Wanted == 0 {
		r.Note = "no node is meant to have a pod"
	}
	return r.settle()
}

func replicaSetReadiness(s *appsv1.ReplicaSet) readiness {
	r := readiness{
		Wanted: orOne(s.Spec.Replicas), Ready: s.Status.ReadyReplicas, Updated: s.Status.Replicas, Available: s.Status.AvailableReplicas,
		Revision: s.Annotations["deployment.kubernetes.io/revision"],
	}
	if !r.observed(s, s.Status.ObservedGeneration) {
		return r
	}
	r.count(s.Status.FullyLabeledReplicas, r.Wanted, "pods labelled")
	r.count(s.Status.ReadyReplicas, r.Wanted, "pods ready")
	r.available()
	if extra := s.Status.Replicas - r.Wanted; extra > 0 {
		r.lack("%s too many still to end", plural(int(extra), "pod"))
	}
	for _, c := range s.Status.Conditions {
		if c.Type == appsv1.ReplicaSetReplicaFailure && c.Status == corev1.ConditionTrue {
			r.lack("pods could not be created")
		}
	}
	if r.Wanted == 0 {
		r.Note = "scaled to 0"
	}
	return r.settle()
}

func condition(list []appsv1.DeploymentCondition, kind appsv1.DeploymentConditionType) *appsv1.DeploymentCondition {
	for i := range list {
		if list[i].Type == kind {
			return &list[i]
		}
	}
	return nil
}

func orOne(n *int32) int32 {
	if n == nil {
		return 1
	}
	return *n
}

func itoa(n int) string { return strconv.Itoa(n) }
