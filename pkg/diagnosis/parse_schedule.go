package diagnosis

import (
	"strconv"
	"strings"
)

// schedule is what the scheduler says of a pod that no node takes.
type schedule struct {
	Nodes   int // in the cluster
	Reasons []scheduleReason
}

// scheduleReason is one of the reasons, with the nodes that have it (0: all, or not told).
type scheduleReason struct {
	Code  Code
	Count int
	Text  string
}

var (
	reNodes  = lazy(`^(\d+)/(\d+) nodes are available:? ?`)
	reReason = lazy(`(?:^|, )(\d+) `)
)

// parseSchedule reads "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {k: v}. preemption: ...".
func parseSchedule(message string) schedule {
	var out schedule
	text := oneLine(message)
	if m := reNodes().FindStringSubmatch(text); m != nil {
		out.Nodes, _ = strconv.Atoi(m[2])
		text = text[len(m[0]):]
	}
	// What follows the first sentence is about preemption, and of no help: "no new claims to deallocate, preemption: ..."
	text, _, _ = strings.Cut(text, ". ")
	text, _, _ = strings.Cut(text, "preemption: ")
	text = strings.TrimRight(strings.TrimSpace(text), ". ")
	if text == "" {
		return out
	}
	starts := reReason().FindAllStringSubmatchIndex(text, 32)
	if len(starts) == 0 || starts[0][0] != 0 {
		out.Reasons = append(out.Reasons, scheduleReason{Code: scheduleCode(text), Text: text})
		return out
	}
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		count, _ := strconv.Atoi(text[at[2]:at[3]])
		reason := strings.TrimRight(text[at[1]:end], ". ")
		out.Reasons = append(out.Reasons, scheduleReason{Code: scheduleCode(reason), Count: count, Text: reason})
	}
	return out
}

// scheduleCode reads one reason.
func scheduleCode(reason string) Code {
	lower := strings.ToLower(reason)
	has := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(lower, word) {
				return true
			}
		}
		return false
	}
	switch {
	case has("insufficient cpu"):
		return UnschedulableCPU
	case has("insufficient memory"):
		return UnschedulableMemory
	case has("insufficient ephemeral-storage"):
		return UnschedulableStorage
	case has("too many pods"):
		return UnschedulablePods
	case has("insufficient ", "cannot allocate all claims", "resourceclaim"):
		return UnschedulableExtended
	case has("persistentvolumeclaim", "persistent volume", "persistentvolume", "volume", "pvc(s)", "had no available disk", "free storage"):
		return UnschedulableVolume
	case has("affinity", "topology spread", "node selector", "requested node name"):
		return UnschedulableAffinity
	case has("free ports"):
		return UnschedulablePorts
	case has("taint", "were unschedulable", "node(s) were not ready"):
		return UnschedulableTaint
	case has("scheduling gate", "schedulinggates", "blocked due to gates", "scheduling is blocked"):
		return UnschedulableGate
	default:
		return UnschedulableOther
	}
}

// main is the reason to tell first: that of the most nodes, and among equals a resource before a taint, since tainted
// nodes (the control plane's) are seldom meant for the pod.
func (s schedule) main() scheduleReason {
	best := scheduleReason{Code: UnschedulableOther}
	for _, reason := range s.Reasons {
		if best.Text == "" || weight(reason) > weight(best) {
			best = reason
		}
	}
	return best
}

func weight(r scheduleReason) int {
	const taintsCount = 2 // tainted or excluded nodes count half: 1 Insufficient cpu tells more than 2 tainted
	rank := r.Count*8 + 4
	switch r.Code {
	case UnschedulableTaint, UnschedulableAffinity:
		rank = rank/(2*taintsCount) + 1
	case UnschedulableOther:
		rank = 1
	}
	return rank
}

// summary lists the reasons as the scheduler counted them.
func (s schedule) summary() string {
	var texts []string
	for _, reason := range s.Reasons {
		text := reason.Text
		if reason.Count > 0 {
			text = strconv.Itoa(reason.Count) + " " + text
		}
		texts = append(texts, text)
	}
	return clip(strings.Join(texts, ", "), 300)
}
