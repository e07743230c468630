package diagnosis

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// finding is what one rule saw on one pod, or on the workload.
type finding struct {
	code      Code
	pod       *corev1.Pod // nil: the workload's own
	old       bool
	object    Ref
	container string
	node      string
	key       string // what tells it from another finding of the same code: an image, a key of a Secret

	since time.Time     // its first sign
	fresh time.Time     // its last sign; zero: the status shows it now, without a time
	retry time.Duration // how soon the kubelet tries again at the latest; zero: Thresholds.Stale
	tries int32         // how often it was seen to fail; 0: not counted
	// sure: the finding itself shows that waiting is in vain; the short grace holds.
	sure bool
	// never: whatever its class, it is not final (an ending pod may free what is lacking).
	never bool
	// grace replaces the policy's where the object itself names its time (a probe's own allowance); zero: the policy's.
	grace time.Duration

	args     map[string]string
	evidence []Evidence
}

// add notes a finding of the workload itself.
func (j *judgement) add(f finding) {
	if f.object.IsZero() {
		f.object = j.self
	}
	j.findings = append(j.findings, f)
}

// addPod notes a finding of a pod.
func (j *judgement) addPod(c podCase, f finding) {
	f.pod, f.old = c.pod, c.old
	f.object = Ref{"Pod", c.pod.Namespace, c.pod.Name}
	f.node = c.pod.Spec.NodeName
	if f.since.IsZero() {
		f.since = podSince(c.pod)
	}
	j.findings = append(j.findings, f)
}

// podSince is the earliest that anything of the pod's own can have gone wrong.
func podSince(p *corev1.Pod) time.Time {
	if p.Status.StartTime != nil {
		return p.Status.StartTime.Time
	}
	return p.CreationTimestamp.Time
}

// statusEvidence keeps what a container's status says.
func statusEvidence(pod *corev1.Pod, text string, at time.Time) Evidence {
	return Evidence{Kind: FromStatus, Object: "pod/" + pod.Name, Text: clip(oneLine(text), maxText), Time: at}
}
