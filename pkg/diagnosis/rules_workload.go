package diagnosis

import (
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// workloadRules look at the workload itself, and at the controllers' failures to make pods.
func (j *judgement) workloadRules() {
	switch w := j.s.Workload.(type) {
	case *appsv1.Deployment:
		if w.Spec.Paused && !j.state.Done {
			j.add(finding{code: RolloutPaused, since: w.CreationTimestamp.Time})
		}
		j.deadline(w)
	case *batchv1.Job:
		j.jobRules(w)
	case *corev1.PersistentVolumeClaim:
		if !j.state.Done {
			j.unbound(podCase{pod: nil}, w)
		}
	}
	j.createRules()
	j.budgetRules()
	if scaler := j.scaler(); scaler != nil {
		j.scalerRules(scaler)
	}
}

// createRules: the controller wanted a pod and the API server refused it. The condition of the replica set tells; other
// controllers only write events, which count while pods are lacking.
func (j *judgement) createRules() {
	if j.state.Done {
		return
	}
	owner, uid := j.self, j.s.Workload.GetUID()
	if _, ok := j.s.Workload.(*batchv1.CronJob); ok {
		return
	}
	if job, ok := j.s.Workload.(*batchv1.Job); ok {
		owner, uid = RefOf(job), job.UID
	}
	if set := j.picked.set; set != nil {
		owner = RefOf(set)
		for _, c := range set.Status.Conditions {
			if c.Type == appsv1.ReplicaSetReplicaFailure && c.Status == corev1.ConditionTrue {
				j.refused(owner, c.Message, c.LastTransitionTime.Time, time.Time{}, Evidence{
					Kind: FromCondition, Object: owner.Arg(), Text: clip("ReplicaFailure: "+oneLine(c.Message), maxText), Time: c.LastTransitionTime.Time,
				})
				return
			}
		}
		// The set has a condition of its own: without it, an event is an old one.
		return
	}
	if d, ok := j.s.Workload.(*appsv1.Deployment); ok {
		// Its replica sets could not be read: the deployment repeats their condition.
		if c := condition(d.Status.Conditions, appsv1.DeploymentReplicaFailure); c != nil && c.Status == corev1.ConditionTrue {
			j.refused(j.self, c.Message, c.LastTransitionTime.Time, time.Time{}, Evidence{Kind: FromCondition, Object: j.self.Arg(), Text: clip("ReplicaFailure: "+oneLine(c.Message), maxText)})
		}
		return
	}
	if j.alive() >= int(j.state.Wanted) {
		return
	}
	from := j.now.Add(-j.o.Recent)
	for _, e := range j.events.of(owner, uid, from) {
		if e.Reason == "FailedCreate" {
			j.refused(owner, said(e), firstSeen(e), lastSeen(e), evidenceOf(e))
			return
		}
		if e.Reason == "SuccessfulCreate" {
			return
		}
	}
}

func (j *judgement) refused(owner Ref, message string, since, fresh time.Time, evidence Evidence) {
	read := parseCreateError(message)
	f := finding{code: read.Code, object: owner, key: read.Args["quota"] + read.Args["by"], since: since, fresh: fresh, args: read.Args, evidence: []Evidence{evidence}}
	if read.Code == QuotaExceeded {
		if j.s.Quotas == nil {
			j.want(Want{Kind: WantQuotas})
		}
		// Pods that end give back what they hold.
		for _, c := range j.picked.pods {
			f.never = f.never || c.pod.DeletionTimestamp != nil
		}
	}
	// A namespace's service account is made a moment after the namespace.
	if strings.Contains(message, "error looking up service account") {
		f.grace = 20 * time.Second
	}
	j.add(f)
}

// alive counts the pods of the wanted revision that have not ended.
func (j *judgement) alive() int {
	count := 0
	for _, c := range j.picked.pods {
		if !c.old && c.pod.DeletionTimestamp == nil && c.pod.Status.Phase != corev1.PodFailed && c.pod.Status.Phase != corev1.PodSucceeded {
			count++
		}
	}
	return count
}

// deadline: the deployment's own patience is over. The causes found tell why; this one is for when none was.
func (j *judgement) deadline(d *appsv1.Deployment) {
	progress := condition(d.Status.Conditions, appsv1.DeploymentProgressing)
	if !j.state.Stalled || j.state.Done || progress.LastUpdateTime.Time.Before(j.s.NotBefore.Truncate(time.Second)) {
		j.state.Stalled = false
		return
	}
	seconds := int32(600)
	if d.Spec.ProgressDeadlineSeconds != nil {
		seconds = *d.Spec.ProgressDeadlineSeconds
	}
	j.add(finding{
		code: ProgressDeadline, since: progress.LastUpdateTime.Time, args: map[string]string{"deadline": roundly(time.Duration(seconds) * time.Second)},
		evidence: []Evidence{{Kind: FromCondition, Object: j.self.Arg(), Text: clip("Progressing: "+progress.Message, maxText), Time: progress.LastUpdateTime.Time}},
	})
}

func (j *judgement) scaler() *autoscalingv2.HorizontalPodAutoscaler {
	if h, ok := j.s.Workload.(*autoscalingv2.HorizontalPodAutoscaler); ok {
		return h
	}
	return j.s.Autoscaler
}

func (j *judgement) scalerRules(h *autoscalingv2.HorizontalPodAutoscaler) {
	for _, c := range h.Status.Conditions {
		wrong := c.Status == corev1.ConditionFalse && (c.Type == autoscalingv2.ScalingActive || c.Type == autoscalingv2.AbleToScale)
		// Metrics of a pod that has just started come a minute later.
		if !wrong || c.Reason == "ScalingDisabled" || j.now.Sub(c.LastTransitionTime.Time) < 2*j.o.Untold {
			continue
		}
		detail := clip(oneLine(c.Reason+": "+c.Message), 240)
		j.add(finding{
			code: HPANoMetrics, object: RefOf(h), key: string(c.Type), since: c.LastTransitionTime.Time, args: map[string]string{"detail": detail},
			evidence: []Evidence{{Kind: FromCondition, Object: RefOf(h).Arg(), Text: clip(string(c.Type)+"=False "+detail, maxText), Time: c.LastTransitionTime.Time}},
		})
		return
	}
}
