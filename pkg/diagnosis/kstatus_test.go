package diagnosis

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// kstatusOf asks the library.
func kstatusOf(t *testing.T, object metav1.Object) status.Status {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	var u unstructured.Unstructured
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	group := map[string]string{"Job": "batch/v1", "CronJob": "batch/v1", "Pod": "v1", "PersistentVolumeClaim": "v1", "HorizontalPodAutoscaler": "autoscaling/v2"}[RefOf(object).Kind]
	if group == "" {
		group = "apps/v1"
	}
	fields["apiVersion"], fields["kind"] = group, RefOf(object).Kind
	again, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.UnmarshalJSON(again); err != nil {
		t.Fatal(err)
	}
	result, err := status.Compute(&u)
	if err != nil {
		t.Fatal(err)
	}
	return result.Status
}

// inWords puts our readiness into the library's words.
func inWords(r readiness) status.Status {
	switch {
	case r.Done:
		return status.CurrentStatus
	case r.Over, r.Stalled:
		return status.FailedStatus
	default:
		return status.InProgressStatus
	}
}

// differences are the places where we judge otherwise on purpose, with the reason.
func differences() map[string]string {
	return map[string]string{
		"job running":              "kstatus calls a started job current; we wait for its end",
		"job suspended, started":   "the same",
		"sts on-delete unready":    "kstatus calls it current whatever its pods do; we ask for them to be ready",
		"deploy deadline, ready":   "kstatus keeps the failure until the condition changes; all pods are ready, so it is done",
		"deploy not yet marked":    "kstatus waits for the conditions Available and Progressing to follow the counts; the counts suffice",
		"pod failed":               "kstatus calls an ended pod current, well or not",
		"pod crash looping":        "readiness alone does not judge crashes: the causes do, with their grace",
		"pod unschedulable":        "the same: an autoscaler may add a node",
		"hpa inactive":             "kstatus does not know autoscalers, except by their conditions Ready or Stalled",
		"hpa fresh":                "the same",
		"daemonset on-delete":      "kstatus waits for an update that comes only when somebody deletes the pods",
		"recorded pod bare-failed": "as pod failed",
	}
}

func TestReadinessAgreesWithKstatus(t *testing.T) {
	differ := differences()
	for name, object := range corpus() {
		compare(t, name, object, differ)
	}
	files, err := filepath.Glob("testdata/recorded/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no recorded fixtures")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		s, _ := readRecorded(t, name)
		compare(t, "recorded "+strings.ToLower(RefOf(s.Workload).Kind)+" "+name, s.Workload, differ)
		for _, claim := range s.Claims {
			compare(t, "recorded claim "+claim.Name, claim, differ)
		}
		for _, set := range s.ReplicaSets {
			compare(t, "recorded set "+set.Name, set, differ)
		}
	}
	for name := range differ {
		if !strings.HasPrefix(name, "used:") && differ["used:"+name] == "" {
			t.Errorf("the difference %q does not exist (any more)", name)
		}
	}
}

func compare(t *testing.T, name string, object metav1.Object, differ map[string]string) {
	t.Helper()
	ours, theirs := inWords(readinessOf(object)), kstatusOf(t, object)
	switch {
	case ours == theirs:
	case differ[name] != "":
		differ["used:"+name] = "yes"
	default:
		t.Errorf("%s: we say %s, kstatus %s; missing %v", name, ours, theirs, readinessOf(object).Missing)
	}
}

func corpus() map[string]metav1.Object {
	dep := func(wanted, replicas, updated, ready, available int32, reasons ...string) *appsv1.Deployment {
		d := &appsv1.Deployment{ObjectMeta: meta("d"), Spec: appsv1.DeploymentSpec{Replicas: &wanted, ProgressDeadlineSeconds: ptr(int32(600))}}
		d.Status = appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: replicas, UpdatedReplicas: updated, ReadyReplicas: ready, AvailableReplicas: available}
		for _, reason := range reasons {
			kind := appsv1.DeploymentProgressing
			if strings.HasPrefix(reason, "Minimum") {
				kind = appsv1.DeploymentAvailable
			}
			d.Status.Conditions = append(d.Status.Conditions, appsv1.DeploymentCondition{Type: kind, Status: "True", Reason: reason})
		}
		return d
	}
	unseen := dep(1, 1, 1, 1, 1, "NewReplicaSetAvailable", "MinimumReplicasAvailable")
	unseen.Generation = 2
	out := map[string]metav1.Object{
		"deploy done":            dep(2, 2, 2, 2, 2, "NewReplicaSetAvailable", "MinimumReplicasAvailable"),
		"deploy not seen":        unseen,
		"deploy none":            dep(2, 0, 0, 0, 0),
		"deploy half":            dep(2, 2, 2, 1, 1, "ReplicaSetUpdated"),
		"deploy old pods":        dep(2, 3, 2, 2, 2, "NewReplicaSetAvailable", "MinimumReplicasAvailable"),
		"deploy min ready":       dep(2, 2, 2, 2, 1, "ReplicaSetUpdated"),
		"deploy 0":               dep(0, 0, 0, 0, 0, "NewReplicaSetAvailable", "MinimumReplicasAvailable"),
		"deploy deadline":        dep(2, 2, 2, 1, 1, "ProgressDeadlineExceeded"),
		"deploy deadline, ready": dep(2, 2, 2, 2, 2, "ProgressDeadlineExceeded", "MinimumReplicasAvailable"),
		"deploy not yet marked":  dep(2, 2, 2, 2, 2, "ReplicaSetUpdated"),
		"pod ready":              pod("a"),
		"pod running":            pod("a", unready),
		"pod pending":            pod("a", waits("ContainerCreating", "")),
		"pod new":                pod("a", func(p *corev1.Pod) { p.Status = corev1.PodStatus{} }),
		"pod succeeded":          pod("a", func(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }),
		"pod failed":             pod("a", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }),
		"pod crash looping":      pod("a", crashes(1, 4, 20)),
		"pod unschedulable":      pod("a", unscheduled("0/1 nodes are available: 1 Insufficient cpu.")),
		"job new":                &batchv1.Job{ObjectMeta: meta("j")},
		"job running":            job("j", 0),
		"job complete":           job("j", 0, batchv1.JobCondition{Type: batchv1.JobComplete, Status: "True"}),
		"job failed":             job("j", 0, batchv1.JobCondition{Type: batchv1.JobFailed, Status: "True"}),
		"claim bound":            &corev1.PersistentVolumeClaim{ObjectMeta: meta("c"), Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound}},
		"claim pending":          &corev1.PersistentVolumeClaim{ObjectMeta: meta("c"), Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}},
	}
	suspended := job("j", 0)
	suspended.Spec.Suspend = ptr(true)
	out["job suspended, started"] = suspended
	addSets(out)
	return out
}

func addSets(out map[string]metav1.Object) {
	sts := func(wanted, replicas, ready, updated, current int32, revisions ...string) *appsv1.StatefulSet {
		s := &appsv1.StatefulSet{ObjectMeta: meta("s"), Spec: appsv1.StatefulSetSpec{Replicas: &wanted}}
		s.Status = appsv1.StatefulSetStatus{ObservedGeneration: 1, Replicas: replicas, ReadyReplicas: ready, UpdatedReplicas: updated, CurrentReplicas: current, CurrentRevision: revisions[0], UpdateRevision: revisions[1]}
		return s
	}
	partition := func(s *appsv1.StatefulSet, n int32) *appsv1.StatefulSet {
		s.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: &n}
		return s
	}
	onDelete := func(s *appsv1.StatefulSet) *appsv1.StatefulSet {
		s.Spec.UpdateStrategy.Type = appsv1.OnDeleteStatefulSetStrategyType
		return s
	}
	ds := func(wanted, current, updated, ready, available int32) *appsv1.DaemonSet {
		return &appsv1.DaemonSet{ObjectMeta: meta("d"), Status: appsv1.DaemonSetStatus{ObservedGeneration: 1, DesiredNumberScheduled: wanted, CurrentNumberScheduled: current, UpdatedNumberScheduled: updated, NumberReady: ready, NumberAvailable: available}}
	}
	deleted := ds(2, 2, 1, 2, 2)
	deleted.Spec.UpdateStrategy.Type = appsv1.OnDeleteDaemonSetStrategyType
	fresh := ds(0, 0, 0, 0, 0)
	fresh.Status = appsv1.DaemonSetStatus{}
	rs := func(wanted, replicas, ready int32) *appsv1.ReplicaSet {
		return &appsv1.ReplicaSet{ObjectMeta: meta("r"), Spec: appsv1.ReplicaSetSpec{Replicas: &wanted}, Status: appsv1.ReplicaSetStatus{ObservedGeneration: 1, Replicas: replicas, FullyLabeledReplicas: replicas, ReadyReplicas: ready, AvailableReplicas: ready}}
	}
	scaler := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: meta("h")}
	inactive := scaler.DeepCopy()
	inactive.Status.Conditions = []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.ScalingActive, Status: "False", Reason: "FailedGetResourceMetric"}}
	for name, object := range map[string]metav1.Object{
		"sts done": sts(3, 3, 3, 3, 3, "a", "a"), "sts few": sts(3, 1, 1, 1, 1, "a", "a"), "sts unready": sts(3, 3, 2, 3, 3, "a", "a"),
		"sts many": sts(2, 3, 3, 3, 3, "a", "a"), "sts rolling": sts(3, 3, 3, 1, 2, "a", "b"), "sts closing": sts(3, 3, 3, 3, 0, "a", "b"),
		"sts partition done": partition(sts(3, 3, 3, 1, 2, "a", "b"), 2), "sts partition rolling": partition(sts(3, 3, 3, 0, 3, "a", "b"), 2),
		"sts on-delete": onDelete(sts(3, 3, 3, 1, 2, "a", "b")), "sts on-delete unready": onDelete(sts(3, 3, 1, 1, 2, "a", "b")),
		"daemonset done": ds(2, 2, 2, 2, 2), "daemonset rolling": ds(2, 2, 1, 2, 2), "daemonset unready": ds(2, 2, 2, 1, 1), "daemonset none": ds(0, 0, 0, 0, 0),
		"daemonset on-delete": deleted, "daemonset fresh": fresh,
		"set done": rs(2, 2, 2), "set unready": rs(2, 2, 1), "set many": rs(1, 2, 2),
		"hpa fresh": scaler, "hpa inactive": inactive,
	} {
		out[name] = object
	}
}
