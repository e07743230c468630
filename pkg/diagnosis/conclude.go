package diagnosis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// heartbeat: while it progresses it is looked at again after so long, whatever else was computed: what is told after
// a while (a slow start) needs no event.
const heartbeat = 10 * time.Second

// report draws the verdict from the state and the findings.
func (j *judgement) report() Report {
	causes := j.causes()
	r := Report{
		Ref: j.self, Wanted: j.state.Wanted, Ready: j.state.Ready, Updated: j.state.Updated, Available: j.state.Available,
		Revision: j.state.Revision, Causes: causes, Missing: j.state.Missing, Unread: j.s.Unread, Wants: j.wants,
	}
	j.newPods(&r)
	first := r.Final()
	done := j.state.Done
	if done && (j.unsteady || first != nil) {
		// The counts are a moment behind the pods, or a container came back a moment ago.
		done = false
		r.Missing = append(r.Missing, "a pod was not well a moment ago")
	}
	switch {
	case j.unreachable():
		r.Verdict = Unknown
	case done:
		r.Verdict, r.Missing = Succeeded, nil
	case j.state.Over, first != nil && !j.state.Done:
		r.Verdict = Failed
	default:
		r.Verdict = Progressing
	}
	if r.Verdict == Progressing {
		for i := range r.Causes {
			r.Causes[i].Final = false
		}
	}
	r.RecheckAfter = j.recheck(r)
	r.Degraded = j.state.CameUp && !done && r.Available > 0 && slices.ContainsFunc(r.Causes, func(c Cause) bool { return !c.Old && (!c.Info || c.Affected > 0) })
	r.Summary = j.summary(&r)
	r.Causes = r.Causes[:min(len(r.Causes), maxCauses)]
	return r
}

// newPods tells the pods of the wanted revision from those that still serve: a Deployment's own count has both.
func (j *judgement) newPods(r *Report) {
	set := j.picked.set
	if r.Kind != "Deployment" || set == nil || set.Status.ObservedGeneration == 0 {
		return
	}
	r.UpdatedReady = &set.Status.ReadyReplicas
	if ready := set.Status.ReadyReplicas; ready < r.Wanted && r.Updated > 0 {
		r.Missing = append([]string{fmt.Sprintf("%d of %d new pods ready", ready, r.Wanted)}, r.Missing...)
	}
}

// causes are the groups in their order, with the deployment's own deadline put to use.
func (j *judgement) causes() []Cause {
	var out []Cause
	for _, g := range j.groups() {
		out = append(out, j.cause(g))
	}
	rank := func(c Cause) int {
		switch {
		case c.Old:
			return 3
		case c.Info:
			return 2
		case c.Final:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.index, b.index), cmp.Compare(b.Affected, a.Affected))
	})
	out = j.explainDeadline(out)
	for i := range out[:min(len(out), maxCauses)] {
		out[i].Message, out[i].Hint = Say(out[i].Code, out[i].Args)
	}
	return out
}

// explainDeadline: a better cause than "no progress in time" takes its place, and has persisted by the deployment's own
// measure.
func (j *judgement) explainDeadline(causes []Cause) []Cause {
	at := slices.IndexFunc(causes, func(c Cause) bool { return c.Code == ProgressDeadline })
	if at < 0 {
		return causes
	}
	better := slices.IndexFunc(causes, func(c Cause) bool { return c.Code != ProgressDeadline && !c.Old && !c.Info })
	if better < 0 {
		return causes
	}
	// Still in its place by rank: it comes first among those that are not final.
	if !slices.ContainsFunc(causes, func(c Cause) bool { return c.Final && c.Code != ProgressDeadline }) {
		causes[better].Final = true
	}
	return slices.Delete(causes, at, at+1)
}

// unreachable: what is known may be old; nothing is said then.
func (j *judgement) unreachable() bool {
	return slices.ContainsFunc(j.s.Unread, func(u Unread) bool { return u.Reason == "unreachable" })
}

// recheck is the next moment at which time alone changes the judgement.
func (j *judgement) recheck(r Report) time.Duration {
	if r.Verdict != Progressing {
		return 0
	}
	wait := heartbeat
	for _, c := range r.Causes {
		if !c.due.IsZero() {
			wait = min(wait, c.due.Sub(j.now))
		}
	}
	if j.unsteady {
		wait = min(wait, time.Second)
	}
	return max(wait, 100*time.Millisecond)
}

// Where says how many pods have a cause: "2 of 3 pods", and nothing for the workload's own.
func (c Cause) Where() string {
	switch {
	case c.Affected == 0:
		return ""
	case c.Old:
		return fmt.Sprintf("%d of %s of an earlier revision", c.Affected, plural(c.Total, "pod"))
	default:
		return fmt.Sprintf("%d of %s", c.Affected, plural(c.Total, "pod"))
	}
}

// summary is the report in one line.
func (j *judgement) summary(r *Report) string {
	what := "pods ready"
	if r.Kind == "Job" || r.Kind == "CronJob" {
		what = "runs succeeded"
	}
	counts := fmt.Sprintf("%d of %d %s", r.Ready, r.Wanted, what)
	var parts []string
	switch r.Verdict {
	case Unknown:
		return "no verdict: the cluster cannot be reached"
	case Succeeded:
		if r.Kind == "PersistentVolumeClaim" {
			counts = "bound"
		}
		if j.state.Note != "" && r.Wanted == 0 {
			return j.state.Note
		}
		parts = append(parts, counts)
		if j.state.Note != "" {
			parts = append(parts, j.state.Note)
		}
	case Failed:
		if r.Degraded {
			parts = append(parts, "degraded: "+counts)
		}
		parts = append(parts, causeLine(r, true)...)
		if len(parts) == 0 {
			parts = append(parts, counts)
		}
	default:
		if r.Degraded {
			parts = append(parts, "degraded")
		}
		parts = append(parts, r.Missing[:min(len(r.Missing), 2)]...)
		parts = append(parts, causeLine(r, false)...)
	}
	return strings.Join(parts, "; ")
}

// causeLine is the first cause with its pods.
func causeLine(r *Report, final bool) []string {
	for _, c := range r.Causes {
		if c.Old || final && !c.Final && c.Info {
			continue
		}
		line := c.Message
		if where := c.Where(); where != "" && c.Total > 1 {
			line += " (" + where + ")"
		}
		return []string{line}
	}
	return nil
}
