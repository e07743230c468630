package diagnosis

import (
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// jobReadiness: a Job is done when it is complete, not when it has started (as kstatus has it).
func jobReadiness(j *batchv1.Job) readiness {
	wanted := orOne(j.Spec.Parallelism)
	if j.Spec.Completions != nil {
		wanted = *j.Spec.Completions
	} else if j.Spec.Parallelism == nil || *j.Spec.Parallelism > 1 {
		wanted = 1 // a work queue: one success ends it
	}
	r := readiness{Wanted: wanted, Ready: j.Status.Succeeded, Updated: j.Status.Succeeded, Available: j.Status.Succeeded}
	for _, c := range j.Status.Conditions {
		if c.Status != corev1.ConditionTrue {
			continue
		}
		switch c.Type {
		case batchv1.JobComplete:
			// A success policy may end it with fewer.
			r.Wanted = min(r.Wanted, r.Ready)
			r.Done = true
			return r
		case batchv1.JobFailed, batchv1.JobFailureTarget:
			r.Over = true
			r.lack("%d of %d runs succeeded", j.Status.Succeeded, wanted)
			return r
		}
	}
	switch {
	case j.Spec.Suspend != nil && *j.Spec.Suspend:
		r.Note = "suspended"
		r.lack("the job is suspended")
	case j.Status.StartTime == nil:
		r.lack("the job has not started")
	default:
		r.lack("%d of %d runs succeeded", j.Status.Succeeded, wanted)
	}
	return r
}

// podReadiness: a pod that ran to its end is done when it succeeded.
func podReadiness(p *corev1.Pod) readiness {
	r := readiness{Wanted: 1, Updated: 1}
	switch {
	case p.Status.Phase == corev1.PodSucceeded:
		r.Ready, r.Available, r.Note, r.Done = 1, 1, "ran to its end", true
		return r
	case p.Status.Phase == corev1.PodFailed:
		r.Over = true
		r.lack("the pod failed")
		return r
	case podReady(p):
		r.Ready, r.Available = 1, 1
		r.CameUp = true
	}
	if p.Status.Phase == corev1.PodRunning && r.Ready == 1 {
		return r.settle()
	}
	ready, total := 0, len(p.Spec.Containers)
	for _, status := range p.Status.ContainerStatuses {
		if status.Ready {
			ready++
		}
	}
	phase := string(p.Status.Phase)
	if phase == "" {
		phase = "not seen by the scheduler yet"
	}
	r.Ready, r.Available = 0, 0
	r.lack("%d of %d containers ready (%s)", ready, total, phase)
	return r
}

func podReady(p *corev1.Pod) bool {
	c := podCondition(p, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}

func podCondition(p *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == kind {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

func claimReadiness(c *corev1.PersistentVolumeClaim) readiness {
	r := readiness{Wanted: 1, Updated: 1}
	if c.Status.Phase == corev1.ClaimBound {
		r.Ready, r.Available = 1, 1
		return r.settle()
	}
	r.lack("the claim is not bound (%s)", c.Status.Phase)
	return r
}

// autoscalerReadiness: it is as wanted when it may scale and knows its metrics, or is off by minReplicas' target of 0.
func autoscalerReadiness(h *autoscalingv2.HorizontalPodAutoscaler) readiness {
	r := readiness{Wanted: h.Status.DesiredReplicas, Ready: h.Status.CurrentReplicas, Updated: h.Status.CurrentReplicas, Available: h.Status.CurrentReplicas}
	if h.Status.ObservedGeneration != nil && !r.observed(h, *h.Status.ObservedGeneration) {
		return r
	}
	if len(h.Status.Conditions) == 0 {
		r.lack("the controller has not seen it yet")
	}
	for _, c := range h.Status.Conditions {
		if c.Type == autoscalingv2.ScalingActive && c.Status == corev1.ConditionFalse && c.Reason == "ScalingDisabled" {
			r.Note = "off while its target is scaled to 0"
			continue
		}
		if c.Status == corev1.ConditionFalse && (c.Type == autoscalingv2.AbleToScale || c.Type == autoscalingv2.ScalingActive) {
			r.lack("%s: %s", c.Reason, clip(oneLine(c.Message), 200))
		}
	}
	r.count(h.Status.CurrentReplicas, h.Status.DesiredReplicas, "pods")
	return r.settle()
}

// cronReadiness is that of the newest job; a cron job without one is as wanted.
func cronReadiness(c *batchv1.CronJob, newest *batchv1.Job) readiness {
	var r readiness
	if newest != nil {
		r = jobReadiness(newest)
	} else {
		r = readiness{Done: true, Note: "has not run yet"}
	}
	if c.Spec.Suspend != nil && *c.Spec.Suspend {
		r.Note = "suspended"
	} else if newest != nil && r.Done {
		r.Note = fmt.Sprintf("last run %s succeeded", newest.Name)
	}
	return r
}
