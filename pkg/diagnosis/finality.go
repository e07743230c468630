package diagnosis

import "time"

// final tells whether waiting can't help any more, else when that will be so by the passing of time alone. Any pod
// counts: one finding that is ripe makes its cause final.
func (j *judgement) final(g *group) (bool, time.Time) {
	if g.old || g.policy.Class == Info {
		return false, time.Time{}
	}
	factor := 1
	if g.policy.Class == Persistent {
		factor = j.nodeFactor(g)
	}
	if factor == 0 {
		return false, time.Time{}
	}
	var due time.Time
	for _, f := range g.findings {
		due = earliest(due, j.due(g.policy, f, factor))
	}
	if !due.IsZero() && !due.After(j.now) {
		return true, time.Time{}
	}
	return false, due
}

// due is when a finding becomes final; zero: not by time alone.
func (j *judgement) due(p Policy, f finding, factor int) time.Time {
	if f.never || f.tries < p.Tries {
		return time.Time{}
	}
	grace := f.grace
	if grace == 0 {
		grace = j.o.graceOf(p, f.sure)
	}
	due := j.began(f.since).Add(grace * time.Duration(factor))
	// A pod that failed before this rollout and has not been tried since may yet succeed at its next try.
	if f.pod != nil && f.fresh.Before(j.s.NotBefore) && f.pod.CreationTimestamp.Time.Before(j.s.NotBefore.Truncate(time.Second)) {
		retry := f.retry
		if retry == 0 {
			retry = j.o.Stale
		}
		if stale := j.s.NotBefore.Add(retry); stale.After(due) {
			return stale
		}
	}
	return due
}

// nodeFactor stretches the grace of a cause that one node may explain; 0: it is not final at all.
func (j *judgement) nodeFactor(g *group) int {
	if len(g.nodes) != 1 {
		return 1
	}
	node := g.nodes[0]
	switch {
	case j.sick(node):
		return 0
	case j.contrast(node):
		if g.policy.NodeSuspect {
			return 0
		}
		return j.o.OneNodeFactor
	case g.policy.NodeSuspect && len(j.s.Nodes) != 1:
		// With the only node there is none to compare with, and none to wait for.
		j.wantNodes()
		return j.o.OneNodeFactor
	}
	return 1
}
