package diagnosis

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// unscheduled: the pod has no node. The condition tells why; claims that are not bound tell better.
func (j *judgement) unscheduled(c podCase, seen []*corev1.Event) {
	scheduled := podCondition(c.pod, corev1.PodScheduled)
	if scheduled == nil || scheduled.Status == corev1.ConditionTrue {
		if j.now.Sub(podSince(c.pod)) > j.o.Untold {
			j.addPod(c, finding{code: ReplicasUnavailable, args: map[string]string{"state": "not seen by the scheduler"}})
		}
		return
	}
	if scheduled.Reason == corev1.PodReasonSchedulingGated || len(c.pod.Spec.SchedulingGates) > 0 {
		j.gated(c)
		return
	}
	read := parseSchedule(scheduled.Message)
	reason := read.main()
	if reason.Code == UnschedulableVolume && j.claimRules(c, reason.Text) {
		return
	}
	f := finding{
		code: reason.Code, key: string(reason.Code), since: podSince(c.pod),
		evidence: []Evidence{{Kind: FromCondition, Object: "pod/" + c.pod.Name, Text: clip("PodScheduled: "+oneLine(scheduled.Message), maxText), Time: scheduled.LastTransitionTime.Time}},
	}
	name := resourceOf(reason)
	request := podRequest(c.pod, name)
	f.args = map[string]string{"reasons": read.summary(), "request": "", "largest": "", "free": "", "nodes": ""}
	if read.Nodes > 0 {
		f.args["nodes"] = itoa(read.Nodes)
	}
	if name != "" {
		f.args["request"] = amount(name, request)
		j.fits(&f, name, request)
	}
	j.scaleUp(&f, seen)
	j.addPod(c, f)
}

// fits compares with the nodes: a request larger than every node, even an empty one, is not waited for.
func (j *judgement) fits(f *finding, name corev1.ResourceName, request resource.Quantity) {
	j.wantNodes()
	var largest, free resource.Quantity
	for _, node := range j.s.Nodes {
		have := node.Status.Allocatable[name]
		if have.Cmp(largest) > 0 {
			largest = have.DeepCopy()
		}
		if used, known := j.s.NodeRequested[node.Name]; known && !node.Spec.Unschedulable {
			rest := have.DeepCopy()
			rest.Sub(used[name])
			if rest.Cmp(free) > 0 {
				free = rest
			}
		}
	}
	if len(j.s.Nodes) == 0 || request.IsZero() {
		return
	}
	f.args["largest"] = amount(name, largest)
	if j.s.NodeRequested != nil {
		f.args["free"] = amount(name, free)
	}
	f.sure = request.Cmp(largest) > 0
}

// scaleUp: an autoscaler says on the pod whether it adds a node.
func (j *judgement) scaleUp(f *finding, seen []*corev1.Event) {
	for _, e := range seen {
		switch e.Reason {
		case "TriggeredScaleUp":
			f.grace, f.sure = j.o.ScaleUp, false
			f.evidence = append(f.evidence, evidenceOf(e))
			return
		case "NotTriggerScaleUp":
			f.evidence = append(f.evidence, evidenceOf(e))
			return
		}
	}
}

func (j *judgement) gated(c podCase) {
	var gates []string
	for _, gate := range c.pod.Spec.SchedulingGates {
		gates = append(gates, gate.Name)
	}
	j.addPod(c, finding{code: UnschedulableGate, key: "gate", args: map[string]string{"gates": clip(strings.Join(gates, ", "), 160)}})
}

// resourceOf is the resource that is short; empty when it is none.
func resourceOf(reason scheduleReason) corev1.ResourceName {
	switch reason.Code {
	case UnschedulableCPU:
		return corev1.ResourceCPU
	case UnschedulableMemory:
		return corev1.ResourceMemory
	case UnschedulableStorage:
		return corev1.ResourceEphemeralStorage
	case UnschedulableExtended:
		_, name, _ := strings.Cut(reason.Text, "nsufficient ")
		return corev1.ResourceName(strings.TrimSpace(name))
	}
	return ""
}

// podRequest is what the scheduler counts: the containers together with the sidecars, or the largest init container
// with the sidecars before it, whichever is more, and the overhead.
func podRequest(p *corev1.Pod, name corev1.ResourceName) resource.Quantity {
	var sidecars, peak, sum resource.Quantity
	for i := range p.Spec.InitContainers {
		spec := &p.Spec.InitContainers[i]
		ask := spec.Resources.Requests[name]
		if spec.RestartPolicy != nil && *spec.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			sidecars.Add(ask)
			continue
		}
		now := sidecars.DeepCopy()
		now.Add(ask)
		if now.Cmp(peak) > 0 {
			peak = now
		}
	}
	for i := range p.Spec.Containers {
		sum.Add(p.Spec.Containers[i].Resources.Requests[name])
	}
	sum.Add(sidecars)
	if peak.Cmp(sum) > 0 {
		sum = peak
	}
	if whole := p.Spec.Resources; whole != nil {
		if ask, given := whole.Requests[name]; given {
			sum = ask.DeepCopy()
		}
	}
	sum.Add(p.Spec.Overhead[name])
	return sum
}

// amount prints a quantity as people read it.
func amount(name corev1.ResourceName, q resource.Quantity) string {
	if name == corev1.ResourceMemory || name == corev1.ResourceEphemeralStorage {
		return bytesText(q.Value())
	}
	if name == corev1.ResourceCPU {
		return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(float64(q.MilliValue())/1000, 'f', 3, 64), "0"), ".")
	}
	return q.String()
}

// bytesText is a size in the largest unit that keeps it readable: 7.6Gi, 512Mi.
func bytesText(n int64) string {
	units := []string{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	text := itoa(int(value))
	if frac := int(value*10) % 10; value < 100 && frac > 0 {
		text += "." + itoa(frac)
	}
	return text + units[unit]
}

// quantity prints a limit, and nothing where none is set.
func quantity(q *resource.Quantity) string {
	if q == nil || q.IsZero() {
		return ""
	}
	return q.String()
}
