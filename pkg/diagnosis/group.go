package diagnosis

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// groupKey is what makes findings one cause.
type groupKey struct {
	code      Code
	container string
	key       string
	old       bool
}

// group is a cause in the making.
type group struct {
	groupKey
	policy   Policy
	index    int // of the policy
	findings []finding
	nodes    []string
	pods     int
}

// groups sorts the findings into causes.
func (j *judgement) groups() []*group {
	if len(j.findings) == 0 {
		return nil
	}
	table := Policies()
	byKey := map[groupKey]*group{}
	var out []*group
	for _, f := range j.findings {
		key := groupKey{f.code, f.container, f.key, f.old}
		g := byKey[key]
		if g == nil {
			g = &group{groupKey: key, index: len(table)}
			for i, p := range table {
				if p.Code == f.code {
					g.policy, g.index = p, i
				}
			}
			byKey[key] = g
			out = append(out, g)
		}
		g.findings = append(g.findings, f)
		if f.pod != nil {
			g.pods++
		}
		if f.node != "" && !slices.Contains(g.nodes, f.node) {
			g.nodes = append(g.nodes, f.node)
		}
	}
	for _, g := range out {
		slices.Sort(g.nodes)
		// The finding shown is the one that was seen to fail most often, then the first pod by name.
		slices.SortStableFunc(g.findings, func(a, b finding) int { return cmp.Compare(b.tries, a.tries) })
	}
	return out
}

// policyOf finds a code's row.
func policyOf(code Code) Policy {
	for _, p := range Policies() {
		if p.Code == code {
			return p
		}
	}
	return Policy{Code: code, Class: Info}
}

// cause turns a group into what is reported.
func (j *judgement) cause(g *group) Cause {
	shown := g.findings[0]
	c := Cause{
		Code: g.code, Old: g.old, Info: g.policy.Class == Info, Object: shown.object, Container: g.container,
		Affected: g.pods, Total: j.total(g), Nodes: g.nodes[:min(len(g.nodes), maxNodes)], index: g.index,
		Args: j.common(shown),
	}
	for _, f := range g.findings {
		if c.Since.IsZero() || !f.since.IsZero() && f.since.Before(c.Since) {
			c.Since = f.since
		}
		c.Evidence = mergeEvidence(c.Evidence, f.evidence)
	}
	maps.Copy(c.Args, shown.args)
	c.Final, c.due = j.final(g)
	return c
}

// common are the placeholders that every sentence and hint may use.
func (j *judgement) common(f finding) map[string]string {
	args := map[string]string{"project": j.self.Namespace, "workload": j.self.Arg(), "name": j.self.Name, "container": f.container, "pod": "", "deploy": ""}
	if labels := j.s.Workload.GetLabels(); labels["app.kubernetes.io/managed-by"] == "bcpaas" {
		// What follows "bcpaas app deploy"; empty for what bcpaas did not deploy, since it can't deploy that again.
		args["deploy"] = labels["app.kubernetes.io/name"] + " -p " + j.self.Namespace
		if component := labels["app.kubernetes.io/component"]; component != "main" && component != "" {
			args["deploy"] += " --component " + component
		}
	}
	if f.pod != nil {
		args["pod"] = f.pod.Name
	}
	return args
}

// total is how many pods there are, or ought to be.
func (j *judgement) total(g *group) int {
	count := 0
	for _, c := range j.picked.pods {
		if c.old == g.old && (c.pod.DeletionTimestamp == nil || g.code == StuckTerminating) {
			count++
		}
	}
	if !g.old && g.code != StuckTerminating {
		count = max(count, int(j.state.Wanted))
	}
	return max(count, g.pods)
}

// mergeEvidence keeps a handful: no text twice, and one log only.
func mergeEvidence(have, more []Evidence) []Evidence {
	for _, e := range more {
		if len(have) >= maxEvidence {
			break
		}
		same := slices.ContainsFunc(have, func(known Evidence) bool {
			return known.Kind == e.Kind && (known.Kind == FromLog || known.Text == e.Text) || repeats(known, e)
		})
		if !same {
			have = append(have, e)
		}
	}
	return have
}

// repeats tells whether an event only says again what a container's status says: the kubelet writes both.
func repeats(known, e Evidence) bool {
	_, message, found := strings.Cut(known.Text, ": ")
	return known.Kind == FromStatus && e.Kind == FromEvent && found && len(message) > 20 && strings.Contains(e.Text, message)
}

// contrast tells whether the workload's wanted pods do well on another node than this one.
func (j *judgement) contrast(node string) bool {
	return slices.ContainsFunc(j.picked.pods, func(c podCase) bool {
		return !c.old && c.pod.Spec.NodeName != "" && c.pod.Spec.NodeName != node && podWell(c.pod)
	})
}

func podWell(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.DeletionTimestamp == nil && p.Status.Phase == corev1.PodRunning && podReady(p)
}

// earliest is the first of two times, where zero means never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
