package diagnosis

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// crashed: the container ended and is, or will be, started again. before is the run before this one, where known.
func (j *judgement) crashed(c containerCase, ended, before *corev1.ContainerStateTerminated) {
	if ended == nil {
		ended = &corev1.ContainerStateTerminated{ExitCode: -1}
	}
	if ended.Reason == "StartError" || ended.Reason == "ContainerCannotRun" {
		j.startError(c, ended.Message, ended.Reason, ended.FinishedAt.Time)
		return
	}
	// The node was restarted and lost sight of it: nothing is known against the container.
	if ended.Reason == "Unknown" || ended.Reason == "ContainerStatusUnknown" {
		return
	}
	f := finding{
		container: c.spec.Name, tries: c.status.RestartCount, fresh: ended.FinishedAt.Time,
		since: crashSince(c, ended, j.now.Add(-j.o.Recent)),
	}
	switch {
	case before == nil:
	case before.ExitCode != ended.ExitCode || before.Reason != ended.Reason:
		f.tries = min(f.tries, 1) // the run before ended in another way: that is not the same thing twice
	case before.FinishedAt.Time.Before(f.since) && j.now.Sub(before.FinishedAt.Time) < j.o.Recent:
		f.since = before.FinishedAt.Time
	}
	f.evidence = append(f.evidence, statusEvidence(c.pod, endedText(ended), ended.FinishedAt.Time))
	logs := j.logEvidence(c, c.status.State.Terminated == nil)
	f.evidence = append(logs, f.evidence...)
	restarts := restartsOf(c)
	switch probe := killer(c); {
	case ended.Reason == "OOMKilled":
		f.code, f.key = OOMKilled, c.spec.Name
		f.args = map[string]string{"limit": quantity(c.spec.Resources.Limits.Memory()), "request": quantity(c.spec.Resources.Requests.Memory()), "restarts": restarts}
	case probe != "":
		j.addProbe(c, f, probe)
		return
	case j.shellFailure(c, ended, &f):
	default:
		f.code, f.key = CrashLoop, itoa(int(ended.ExitCode))
		f.args = map[string]string{"exitCode": exitCode(ended), "signal": signalOf(ended), "reason": crashReason(ended), "restarts": restarts}
	}
	j.addPod(c.podCase, f)
}

// shellFailure: codes 126 and 127 of a container that ended at once are how a shell says that it found no command. A
// program may use them too, so that the log must say it, or it must have happened again.
func (j *judgement) shellFailure(c containerCase, ended *corev1.ContainerStateTerminated, f *finding) bool {
	if ended.ExitCode != 126 && ended.ExitCode != 127 || ended.FinishedAt.Sub(ended.StartedAt.Time) > 5*time.Second {
		return false
	}
	var read startFailure
	for _, previous := range []bool{true, false} {
		if tail := j.s.Logs[LogKey{c.pod.Namespace, c.pod.Name, c.spec.Name, previous}]; !read.NotFound {
			read = parseShellError(tail.Lines)
		}
	}
	if !read.NotFound && c.status.RestartCount < 1 {
		return false
	}
	if !read.NotFound {
		read = startFailure{Command: commandOf(c.spec), Detail: "exit code " + itoa(int(ended.ExitCode))}
	}
	f.code, f.key = CommandNotFound, read.Command
	f.args = map[string]string{"command": clip(read.Command, 120), "detail": read.Detail}
	return true
}

// restartsOf is the count of restarts; empty for none.
func restartsOf(c containerCase) string {
	if c.status.RestartCount == 0 {
		return ""
	}
	return itoa(int(c.status.RestartCount))
}

func commandOf(spec *corev1.Container) string {
	for _, list := range [][]string{spec.Command, spec.Args} {
		if len(list) > 0 {
			return list[0]
		}
	}
	return "the image's own"
}

// crashSince is when this row of crashes began. A kubelet doubles its back-off from 10 s, so that a back-off of b was
// preceded by waits of b-10s together; its BackOff event may be older still.
func crashSince(c containerCase, ended *corev1.ContainerStateTerminated, recent time.Time) time.Time {
	since := ended.FinishedAt.Time
	if since.IsZero() {
		since = podSince(c.pod)
	}
	if waiting := c.status.State.Waiting; waiting != nil {
		if m := reBackOffTime().FindStringSubmatch(waiting.Message); m != nil {
			if wait, err := time.ParseDuration(m[1]); err == nil && wait > 10*time.Second {
				since = since.Add(10*time.Second - wait)
			}
		}
	}
	for _, e := range c.events {
		first := firstSeen(e)
		if e.Reason == "BackOff" && first.Before(since) && first.After(recent) && reBackOffRestart().MatchString(said(e)) {
			since = first
		}
	}
	if begin := podSince(c.pod); since.Before(begin) {
		return begin
	}
	return since
}

var (
	reBackOffTime    = lazy(`^back-off (\S+) restarting failed container`)
	reBackOffRestart = lazy(`^Back-off restarting failed container`)
)

// killer is the probe for which the kubelet ended the container's last run; empty when it ended by itself.
func killer(c containerCase) string {
	ended := c.status.LastTerminationState.Terminated
	if c.status.State.Terminated != nil {
		ended = c.status.State.Terminated
	}
	if ended == nil {
		return ""
	}
	slack := 60 * time.Second // the container's time to end by itself, and the event's delay
	if grace := c.pod.Spec.TerminationGracePeriodSeconds; grace != nil {
		slack += time.Duration(min(*grace, 3600)) * time.Second
	}
	for _, e := range c.events {
		if e.Reason != "Killing" {
			continue
		}
		name, probe, ok := parseProbeKill(said(e))
		if ok && name == c.spec.Name && lastSeen(e).Sub(ended.FinishedAt.Time).Abs() <= slack {
			return probe
		}
	}
	return ""
}

func endedText(t *corev1.ContainerStateTerminated) string {
	text := "ended with exit code " + exitCode(t)
	if signal := signalOf(t); signal != "" {
		text += " (" + signal + ")"
	}
	if t.Reason != "" {
		text += ", " + t.Reason
	}
	if t.Message != "" {
		text += ": " + t.Message
	}
	return text
}

func exitCode(t *corev1.ContainerStateTerminated) string {
	if t.ExitCode < 0 {
		return "unknown"
	}
	return itoa(int(t.ExitCode))
}

// signalOf names the signal behind a code above 128, as shells count.
func signalOf(t *corev1.ContainerStateTerminated) string {
	number := t.Signal
	if number == 0 && t.ExitCode > 128 && t.ExitCode < 160 {
		number = t.ExitCode - 128
	}
	names := map[int32]string{1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM"}
	if number == 0 {
		return ""
	}
	if name := names[number]; name != "" {
		return name
	}
	return "signal " + itoa(int(number))
}

// crashReason is the container's own last word (its termination message), else the runtime's.
func crashReason(t *corev1.ContainerStateTerminated) string {
	if t.Message != "" {
		return clip(oneLine(t.Message), 160)
	}
	if t.Reason == "Error" {
		return ""
	}
	return t.Reason
}
