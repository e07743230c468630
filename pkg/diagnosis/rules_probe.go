package diagnosis

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// probing: the container runs and is not ready. Which probe, and what it answered, only events tell; without them the
// probe is named by the status.
func (j *judgement) probing(c containerCase, started time.Time) {
	name, probe := "readiness", c.spec.ReadinessProbe
	if c.status.Started != nil && !*c.status.Started && c.spec.StartupProbe != nil {
		name, probe = "startup", c.spec.StartupProbe
	}
	if probe == nil {
		return
	}
	since := started
	if ready := podCondition(c.pod, corev1.PodReady); ready != nil && ready.LastTransitionTime.After(since) {
		since = ready.LastTransitionTime.Time
	}
	// The kubelet itself needs so long to call it failed.
	allowed := time.Duration(probe.InitialDelaySeconds)*time.Second +
		time.Duration(atLeast(probe.FailureThreshold, 3))*time.Duration(atLeast(probe.PeriodSeconds, 10))*time.Second
	if j.now.Sub(since) <= min(allowed, j.o.Untold) {
		return
	}
	f := finding{container: c.spec.Name, since: since, grace: j.o.graceOf(policyOf(ProbeFailing), false) + allowed}
	if c.status.RestartCount > 0 && name == "startup" {
		// Each restart begins its allowance anew: they are one row of failures.
		f.since = j.firstUnhealthy(c, name, since)
	}
	j.addProbe(c, f, name)
}

// addProbe notes a failing probe with its own answer.
func (j *judgement) addProbe(c containerCase, f finding, name string) {
	answer := "its answer is not known (no event tells)"
	for _, e := range c.events {
		if read, ok := parseProbe(said(e)); ok && e.Reason == "Unhealthy" && read.Probe == name {
			answer = read.Answer
			f.fresh = lastSeen(e)
			f.evidence = append([]Evidence{evidenceOf(e)}, f.evidence...)
			break
		}
	}
	f.code, f.key = ProbeFailing, name
	f.args = map[string]string{"probe": name, "answer": answer, "check": checkOf(c.spec, name), "restarts": ""}
	if name != "readiness" {
		f.args["restarts"] = restartsOf(c)
	}
	j.addPod(c.podCase, f)
}

func (j *judgement) firstUnhealthy(c containerCase, name string, since time.Time) time.Time {
	for _, e := range c.events {
		if read, ok := parseProbe(said(e)); ok && read.Probe == name && firstSeen(e).Before(since) {
			since = firstSeen(e)
		}
	}
	return since
}

// checkOf is what the probe does, in a few words.
func checkOf(spec *corev1.Container, name string) string {
	probe := map[string]*corev1.Probe{"readiness": spec.ReadinessProbe, "liveness": spec.LivenessProbe, "startup": spec.StartupProbe}[name]
	switch {
	case probe == nil:
		return ""
	case probe.HTTPGet != nil:
		return "GET " + probe.HTTPGet.Path + " on port " + port(probe.HTTPGet.Port)
	case probe.TCPSocket != nil:
		return "connect to port " + port(probe.TCPSocket.Port)
	case probe.GRPC != nil:
		return fmt.Sprintf("gRPC health on port %d", probe.GRPC.Port)
	case probe.Exec != nil && len(probe.Exec.Command) > 0:
		return clip(oneLine(fmt.Sprint(probe.Exec.Command)), 80)
	}
	return ""
}

func port(p intstr.IntOrString) string { return p.String() }

func atLeast(n, otherwise int32) int32 {
	if n <= 0 {
		return otherwise
	}
	return n
}
