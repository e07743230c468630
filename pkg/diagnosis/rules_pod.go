package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// containerCase is a container with its status, in its pod.
type containerCase struct {
	podCase
	spec   *corev1.Container
	status *corev1.ContainerStatus
	init   bool // one that must end before the others start; a sidecar is none
	once   bool // it is not started again when it fails
	events []*corev1.Event
}

// podRules looks at one pod. A pod that is ready, or that ran to its end, has no cause; one that is going has at most
// that it does not go.
func (j *judgement) podRules(c podCase) {
	pod := c.pod
	if pod.DeletionTimestamp != nil {
		j.terminating(c)
		return
	}
	switch {
	case pod.Status.Phase == corev1.PodSucceeded:
		return
	case pod.Status.Phase == corev1.PodFailed:
		j.failedPod(c)
		return
	}
	before := len(j.findings)
	seen := j.events.of(Ref{"Pod", pod.Namespace, pod.Name}, pod.UID, j.now.Add(-j.o.Recent))
	if pod.Spec.NodeName == "" {
		j.unscheduled(c, seen)
		return
	}
	for _, container := range containersOf(c, seen) {
		j.containerRules(container)
	}
	if podReady(pod) {
		return
	}
	j.nodeRules(c)
	if waitsForContainers(pod) {
		j.volumeRules(c, seen)
		j.sandboxRules(c, seen)
	}
	j.gateRules(c)
	if len(j.findings) == before && j.now.Sub(podSince(pod)) > j.o.Untold {
		j.addPod(c, finding{code: ReplicasUnavailable, args: map[string]string{"state": j.doing(pod, seen)}})
	}
}

// containersOf pairs specs with statuses, in the order in which they start; ephemeral containers are guests.
func containersOf(c podCase, seen []*corev1.Event) []containerCase {
	var out []containerCase
	pair := func(specs []corev1.Container, statuses []corev1.ContainerStatus, init bool) {
		for i := range specs {
			spec := &specs[i]
			for k := range statuses {
				if statuses[k].Name != spec.Name {
					continue
				}
				sidecar := spec.RestartPolicy != nil && *spec.RestartPolicy == corev1.ContainerRestartPolicyAlways
				out = append(out, containerCase{
					podCase: c, spec: spec, status: &statuses[k], init: init && !sidecar, events: eventsOf(seen, spec.Name),
					once: c.pod.Spec.RestartPolicy == corev1.RestartPolicyNever && !sidecar,
				})
			}
		}
	}
	pair(c.pod.Spec.InitContainers, c.pod.Status.InitContainerStatuses, true)
	pair(c.pod.Spec.Containers, c.pod.Status.ContainerStatuses, false)
	return out
}

// eventsOf keeps the events about one container, or about none by name.
func eventsOf(seen []*corev1.Event, container string) []*corev1.Event {
	var out []*corev1.Event
	for _, e := range seen {
		if of := containerOf(e); of == container || of == "" && strings.Contains(e.Message, container) {
			out = append(out, e)
		}
	}
	return out
}

// waitsForContainers: no container of its own has been made, so that volumes or the sandbox may be lacking.
func waitsForContainers(p *corev1.Pod) bool {
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, status := range list {
			if status.State.Running != nil || status.State.Terminated != nil || status.LastTerminationState.Terminated != nil {
				return false
			}
		}
	}
	return true
}

// doing is what a slow pod is at, as far as it shows.
func (j *judgement) doing(p *corev1.Pod, seen []*corev1.Event) string {
	for i, status := range p.Status.InitContainerStatuses {
		sidecar := i < len(p.Spec.InitContainers) && p.Spec.InitContainers[i].RestartPolicy != nil
		if running := status.State.Running; running != nil && !sidecar {
			return "init container " + status.Name + " runs for " + roundly(j.now.Sub(running.StartedAt.Time))
		}
	}
	for _, e := range seen {
		switch e.Reason {
		case "Pulling":
			return "p" + clip(oneLine(strings.TrimPrefix(said(e), "P")), 160) + " for " + roundly(j.now.Sub(lastSeen(e)))
		case "Pulled", "Created", "Started", "Failed":
			return podState(p)
		}
	}
	return podState(p)
}

// podState is the kubelet's own short word for a pod that is not ready.
func podState(p *corev1.Pod) string {
	if p.Status.Reason != "" {
		return p.Status.Reason
	}
	for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
		for _, status := range list {
			if w := status.State.Waiting; w != nil && w.Reason != "" && w.Reason != "PodInitializing" {
				return w.Reason
			}
		}
	}
	if p.Status.Phase == "" {
		return "Pending"
	}
	return string(p.Status.Phase)
}

// failedPod: a pod that ended badly and is not started again. A controller replaces it; a bare pod stays so; the pods of
// a job are told with the job.
func (j *judgement) failedPod(c podCase) {
	pod := c.pod
	if j.self.Kind == "Job" || j.self.Kind == "CronJob" {
		return
	}
	detail := clip(oneLine(pod.Status.Message), 240)
	ended := j.lastTerminated(c)
	at := podSince(pod)
	code := PodFailed
	args := map[string]string{"reason": pod.Status.Reason, "detail": detail, "exitCode": ""}
	f := finding{args: args}
	switch {
	case pod.Status.Reason == "Evicted" || pod.Status.Reason == "Preempting" || pod.Status.Reason == "Terminated" || pod.Status.Reason == "NodeShutdown":
		code = PodEvicted
		delete(args, "exitCode")
	case ended != nil:
		f.container = ended.spec.Name
		args["exitCode"] = itoa(int(ended.status.State.Terminated.ExitCode))
		if args["reason"] == "" {
			args["reason"] = ended.status.State.Terminated.Reason
		}
		f.evidence = j.logEvidence(*ended, false)
		at = ended.status.State.Terminated.FinishedAt.Time
	}
	f.code, f.since, f.fresh = code, at, at
	// The controller has made another one: this one is only a trace.
	f.never = j.self.Kind != "Pod"
	f.key = args["reason"] + args["exitCode"]
	f.evidence = append([]Evidence{statusEvidence(pod, "phase Failed "+pod.Status.Reason+" "+detail, at)}, f.evidence...)
	j.addPod(c, f)
}

// lastTerminated is the container that ended with an error, the last one first.
func (j *judgement) lastTerminated(c podCase) *containerCase {
	var last *containerCase
	var at time.Time
	for _, container := range containersOf(c, nil) {
		ended := container.status.State.Terminated
		if ended == nil || ended.ExitCode == 0 {
			continue
		}
		if last == nil || ended.FinishedAt.Time.After(at) {
			found := container
			last, at = &found, ended.FinishedAt.Time
		}
	}
	return last
}

// terminating tells of a pod that should have ended by now. The API server puts the end of the grace period into the
// deletion time.
func (j *judgement) terminating(c podCase) {
	overdue := j.now.Sub(c.pod.DeletionTimestamp.Time)
	if overdue <= j.o.Overdue {
		return
	}
	j.addPod(c, finding{
		code: StuckTerminating, since: c.pod.DeletionTimestamp.Time,
		args: map[string]string{"overdue": roundly(overdue), "finalizers": clip(strings.Join(c.pod.Finalizers, ", "), 160)},
	})
}

// gateRules: every container is ready, but the pod waits for a condition that somebody else must set.
func (j *judgement) gateRules(c podCase) {
	pod := c.pod
	if ready := podCondition(pod, corev1.ContainersReady); ready == nil || ready.Status != corev1.ConditionTrue {
		return
	}
	for _, gate := range pod.Spec.ReadinessGates {
		found := podCondition(pod, gate.ConditionType)
		if found != nil && found.Status == corev1.ConditionTrue {
			continue
		}
		detail := "the condition was never set"
		if found != nil {
			detail = clip(oneLine(found.Reason+" "+found.Message), 200)
		}
		j.addPod(c, finding{
			code: ReadinessGate, key: string(gate.ConditionType), since: podCondition(pod, corev1.ContainersReady).LastTransitionTime.Time,
			args: map[string]string{"gate": string(gate.ConditionType), "detail": detail},
		})
	}
}

// roundly is a duration as people say it.
func roundly(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return d.Round(time.Second).String()
	case d < 2*time.Hour:
		return itoa(int(d.Minutes())) + "m"
	case d < 48*time.Hour:
		return itoa(int(d.Hours())) + "h"
	default:
		return itoa(int(d.Hours()/24)) + "d"
	}
}
