package diagnosis

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// containerRules judges by the container's status; events only add what the status does not tell.
func (j *judgement) containerRules(c containerCase) {
	state := c.status.State
	switch {
	case state.Waiting != nil:
		j.waiting(c, state.Waiting)
	case state.Terminated != nil:
		j.terminated(c, state.Terminated)
	case state.Running != nil:
		j.running(c, state.Running.StartedAt.Time)
	}
}

// terminated: it is about to be started again, or never will be.
func (j *judgement) terminated(c containerCase, ended *corev1.ContainerStateTerminated) {
	sidecar := c.spec.RestartPolicy != nil && *c.spec.RestartPolicy == corev1.ContainerRestartPolicyAlways
	always := c.pod.Spec.RestartPolicy == corev1.RestartPolicyAlways || c.pod.Spec.RestartPolicy == "" || sidecar
	switch {
	case ended.ExitCode == 0 && (c.init || !always):
	case c.once && j.self.Kind == "Pod":
		j.addPod(c.podCase, finding{
			code: PodFailed, container: c.spec.Name, key: itoa(int(ended.ExitCode)), since: ended.FinishedAt.Time, fresh: ended.FinishedAt.Time,
			args:     map[string]string{"exitCode": itoa(int(ended.ExitCode)), "reason": ended.Reason, "detail": clip(oneLine(ended.Message), 240)},
			evidence: j.logEvidence(c, false),
		})
	case !c.once:
		j.crashed(c, ended, c.status.LastTerminationState.Terminated)
	}
}

func (j *judgement) waiting(c containerCase, waiting *corev1.ContainerStateWaiting) {
	switch waiting.Reason {
	case "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable", "SignatureValidationFailed":
		j.image(c, waiting)
	case "CreateContainerConfigError":
		j.configError(c, waiting)
	case "RunContainerError", "CreateContainerError", "StartError", "ContainerCannotRun", "PreCreateHookError", "PreStartHookError", "PostStartHookError":
		j.startError(c, waiting.Message, waiting.Reason, time.Time{})
	case "CrashLoopBackOff":
		j.crashed(c, c.status.LastTerminationState.Terminated, nil)
	}
}

// running: a container that runs and is ready is healthy, even after restarts; only one that has come back a moment ago
// after several is not believed yet.
func (j *judgement) running(c containerCase, started time.Time) {
	ran := j.now.Sub(started)
	last := c.status.LastTerminationState.Terminated
	recent := last != nil && last.Reason != "Unknown" && c.status.RestartCount > 0 && j.now.Sub(last.FinishedAt.Time) < j.o.Recent
	if recent && ran < j.o.Steady && !c.old { // also when it ended before this rollout: it may end again any moment
		j.unsteady = true
	}
	switch {
	case c.init:
		if ran > j.o.Untold {
			j.addPod(c.podCase, finding{
				code: InitStuck, container: c.spec.Name, key: c.spec.Name, since: started,
				args:     map[string]string{"running": roundly(ran)},
				evidence: append(j.logEvidence(c, false), statusEvidence(c.pod, "init container "+c.spec.Name+" running", started)),
			})
		}
	case recent && c.status.RestartCount >= 2 && ran < j.o.Steady:
		j.crashed(c, last, nil)
	case !c.status.Ready || c.status.Started != nil && !*c.status.Started:
		if recent && c.status.RestartCount >= 2 && killer(c) == "" && last.ExitCode != 0 && last.ExitCode != 143 {
			j.crashed(c, last, nil)
			return
		}
		j.probing(c, started)
	}
}

// configError: a ConfigMap, a Secret or a key of one is missing, or the kubelet can't make the container's settings.
func (j *judgement) configError(c containerCase, waiting *corev1.ContainerStateWaiting) {
	f := finding{
		container: c.spec.Name, since: j.firstFailure(c), retry: configRetry,
		evidence: append([]Evidence{statusEvidence(c.pod, waiting.Reason+": "+waiting.Message, time.Time{})}, eventEvidence(c.events, "Failed")...),
	}
	missing, ok := missingNow(c, waiting.Message)
	if ok {
		f.code, f.key = ConfigMissing, missing.Kind+"/"+missing.Name+"/"+missing.Key
		f.args = map[string]string{"kind": missing.Kind, "object": missing.Name, "key": missing.Key}
	} else {
		f.code, f.key = ContainerStartFailed, waiting.Reason
		f.args = map[string]string{"detail": clip(oneLine(waiting.Message), 240)}
		// "container has runAsNonRoot and image will run as root": nothing to wait for.
		f.sure = strings.Contains(waiting.Message, "runAsNonRoot")
	}
	j.addPod(c.podCase, f)
}

// missingNow is what the last attempt missed: each attempt is an event at once, while the status may still tell of an
// earlier one.
func missingNow(c containerCase, status string) (missingConfig, bool) {
	for _, e := range c.events { // the newest first
		if text, failed := strings.CutPrefix(said(e), "Error: "); failed && e.Reason == "Failed" {
			if missing, ok := parseMissingConfig(text); ok {
				return missing, true
			}
			break
		}
	}
	return parseMissingConfig(status)
}

// configRetry: a kubelet makes the container's configuration again at each sync of the pod, every 10 to 15 s.
const configRetry = 20 * time.Second

// startError: the runtime made the container, but could not start its command.
func (j *judgement) startError(c containerCase, message, reason string, at time.Time) {
	// containerd writes the cause into the terminated state, and often a shorter text into the waiting one.
	for _, ended := range []*corev1.ContainerStateTerminated{c.status.State.Terminated, c.status.LastTerminationState.Terminated} {
		if ended != nil && (ended.Reason == "StartError" || ended.Reason == "ContainerCannotRun") && len(ended.Message) > len(message) {
			message = ended.Message
		}
	}
	f := finding{
		container: c.spec.Name, since: j.firstFailure(c), fresh: at,
		evidence: []Evidence{statusEvidence(c.pod, reason+": "+message, at)},
	}
	read := parseStartError(message)
	if read.NotFound {
		f.code, f.key = CommandNotFound, read.Command
		f.args = map[string]string{"command": clip(read.Command, 120), "detail": read.Detail}
	} else {
		f.code, f.key = ContainerStartFailed, reason
		f.args = map[string]string{"detail": read.Detail}
	}
	j.addPod(c.podCase, f)
}

// firstFailure is when the container first failed to be made or started: the first such event; without events the pod's
// own beginning, which is earlier.
func (j *judgement) firstFailure(c containerCase) time.Time {
	var first time.Time
	for _, e := range c.events {
		pull := strings.Contains(said(e), "ErrImage") || strings.Contains(said(e), "ImagePullBackOff")
		if e.Reason != "Failed" || !strings.HasPrefix(said(e), "Error: ") || pull {
			continue
		}
		if at := firstSeen(e); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.IsZero() {
		return podSince(c.pod)
	}
	return first
}

// eventEvidence keeps the newest event of a reason.
func eventEvidence(seen []*corev1.Event, reason string) []Evidence {
	for _, e := range seen {
		if e.Reason == reason {
			return []Evidence{evidenceOf(e)}
		}
	}
	return nil
}

// logEvidence is the end of the container's log, or the wish for it.
func (j *judgement) logEvidence(c containerCase, previous bool) []Evidence {
	key := LogKey{c.pod.Namespace, c.pod.Name, c.spec.Name, previous}
	tail, have := j.s.Logs[key]
	if !have || tail.Restart != c.status.RestartCount {
		if !c.old {
			j.want(Want{Kind: WantLog, Log: key, Restart: c.status.RestartCount})
		}
	}
	if !have || len(tail.Lines) == 0 {
		return nil
	}
	return []Evidence{{Kind: FromLog, Object: "pod/" + c.pod.Name + "/" + c.spec.Name, Text: strings.Join(lastLines(tail.Lines, maxLogLines), "\n")}}
}
