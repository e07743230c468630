package diagnosis

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// judgement is one call of Judge at work.
type judgement struct {
	s    *Snapshot
	now  time.Time
	o    Thresholds
	self Ref

	state    readiness
	picked   selection
	events   events
	nodes    map[string]*corev1.Node
	findings []finding
	wants    []Want
	unsteady bool // a container has only just been restarted
}

// Judge reads a snapshot. now is the server's time. It depends on nothing else and changes nothing.
func Judge(s Snapshot, now time.Time, o Thresholds) Report {
	j := &judgement{s: &s, now: now, o: o.filled(), self: RefOf(s.Workload)}
	if s.Workload == nil {
		return j.absent()
	}
	if cron, ok := s.Workload.(*batchv1.CronJob); ok {
		return j.cronJob(cron)
	}
	j.state = readinessOf(s.Workload)
	j.look()
	return j.report()
}

// look runs every rule.
func (j *judgement) look() {
	j.picked = selectPods(j.s)
	j.events = indexEvents(j.s.Events)
	j.nodes = map[string]*corev1.Node{}
	for _, node := range j.s.Nodes {
		j.nodes[node.Name] = node
	}
	for _, c := range j.picked.pods {
		j.podRules(c)
	}
	j.workloadRules()
}

// absent is the report on a workload that is not there.
func (j *judgement) absent() Report {
	r := Report{Ref: j.s.Wanted, Verdict: Unknown, Unread: j.s.Unread, Missing: []string{"the workload could not be read"}}
	switch {
	case len(j.s.Unread) > 0:
		r.Summary = "cannot be read: " + j.s.Unread[0].Kind + " " + j.s.Unread[0].Reason
	case j.s.Deleting:
		r.Verdict, r.Summary, r.Missing = Succeeded, "is gone", nil
	default:
		r.Summary, r.Missing = "does not exist", []string{"the workload does not exist"}
	}
	return r
}

// cronJob judges the newest job, and what keeps further ones from starting.
func (j *judgement) cronJob(c *batchv1.CronJob) Report {
	newest := newestJob(j.s, c)
	if newest != nil {
		inner := *j.s
		inner.Workload = newest
		j.s = &inner
	} else {
		j.s.Pods = nil
	}
	j.state = cronReadiness(c, newest)
	j.look()
	j.cronRules(c)
	return j.report()
}

// RefOf names an object by its Go type: objects from a watch or a list carry no kind.
func RefOf(object metav1.Object) Ref {
	kind := ""
	switch object.(type) {
	case nil:
		return Ref{}
	case *appsv1.Deployment:
		kind = "Deployment"
	case *appsv1.StatefulSet:
		kind = "StatefulSet"
	case *appsv1.DaemonSet:
		kind = "DaemonSet"
	case *appsv1.ReplicaSet:
		kind = "ReplicaSet"
	case *batchv1.Job:
		kind = "Job"
	case *batchv1.CronJob:
		kind = "CronJob"
	case *corev1.Pod:
		kind = "Pod"
	case *corev1.PersistentVolumeClaim:
		kind = "PersistentVolumeClaim"
	case *corev1.Node:
		kind = "Node"
	case *autoscalingv2.HorizontalPodAutoscaler:
		kind = "HorizontalPodAutoscaler"
	}
	return Ref{kind, object.GetNamespace(), object.GetName()}
}

// want asks for evidence once, and not for what can't be had.
func (j *judgement) want(w Want) {
	logs := 0
	for _, known := range j.wants {
		if known == w {
			return
		}
		if known.Kind == WantLog {
			logs++
		}
	}
	kind := map[WantKind]string{WantLog: "pods/log", WantNodes: "nodes", WantQuotas: "resourcequotas", WantClaims: "persistentvolumeclaims"}[w.Kind]
	if (w.Kind == WantLog && logs >= maxWantLogs) || j.s.unreadKind(kind) {
		return
	}
	j.wants = append(j.wants, w)
}

// wantNodes asks for the nodes unless they are known.
func (j *judgement) wantNodes() {
	if j.s.Nodes == nil {
		j.want(Want{Kind: WantNodes})
	}
}

// began is the later of a time and the rollout's beginning: no grace begins earlier.
func (j *judgement) began(at time.Time) time.Time {
	for _, earliest := range []time.Time{j.s.NotBefore, j.s.HeardSince} {
		if at.Before(earliest) {
			at = earliest
		}
	}
	return at
}
