package diagnosis

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Whatever the snapshot, Judge answers, within its bounds, the same twice, without changing what it was given, and never
// calls done what is not.
func TestJudgeOnRandomSnapshots(t *testing.T) {
	for seed := range uint64(4000) {
		s := randomSnapshot(rand.New(rand.NewPCG(seed, 1)))
		before, err := json.Marshal(s.Pods)
		if err != nil {
			t.Fatal(err)
		}
		now := at(rand.New(rand.NewPCG(seed, 2)).IntN(2000))
		r := Judge(s, now, Thresholds{})
		checkBounds(t, r)
		if r.Verdict == Succeeded && (r.Ready < r.Wanted || len(r.Missing) > 0 || r.Final() != nil) {
			t.Errorf("seed %d: succeeded with %d of %d ready, missing %v", seed, r.Ready, r.Wanted, r.Missing)
		}
		if r.Verdict == Failed && len(r.Causes) == 0 {
			t.Errorf("seed %d: failed without a cause: %s", seed, r.Summary)
		}
		for _, c := range r.Causes {
			if c.Old && c.Final {
				t.Errorf("seed %d: an old pod fails the new rollout: %s", seed, c.Message)
			}
			checkArgs(t, c)
		}
		if again := Judge(s, now, Thresholds{}); !reflect.DeepEqual(r, again) {
			t.Errorf("seed %d: judged differently twice", seed)
		}
		if after, _ := json.Marshal(s.Pods); string(after) != string(before) {
			t.Errorf("seed %d: the snapshot was changed", seed)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if t.Failed() {
			return
		}
	}
}

func randomSnapshot(r *rand.Rand) Snapshot {
	n := int32(r.IntN(4))
	s := deploy(n, int32(r.IntN(4)))
	choices := []func(*corev1.Pod){
		waits("ErrImagePull", notFoundText), waits("ImagePullBackOff", refusedText), waits("ErrImagePull", deniedText), waits("ContainerCreating", ""),
		crashes(1, int32(r.IntN(5)), r.IntN(900)), crashes(137, 3, 50), unscheduled("0/2 nodes are available: 2 Insufficient cpu."), unready,
		waits("CreateContainerConfigError", `secret "x" not found`), waits("RunContainerError", "x"), waits("Strange", "x"),
		func(p *corev1.Pod) { p.Status = corev1.PodStatus{} }, func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed },
		func(p *corev1.Pod) { p.DeletionTimestamp = ptr(mat(0)) }, func(*corev1.Pod) {},
	}
	for i := range r.IntN(6) {
		p := pod(fmt.Sprint("p", i), onNode(fmt.Sprint("n", r.IntN(3))), created(r.IntN(500)))
		choices[r.IntN(len(choices))](p)
		if r.IntN(3) == 0 {
			ofSet("cart-1")(p)
		}
		s.Pods = append(s.Pods, p)
		reasons := []string{"Failed", "Unhealthy", "FailedMount", "Killing", "BackOff", "FailedScheduling", "FailedCreatePodSandBox"}
		texts := []string{"Failed to pull image \"reg.example/cart:9\": not found", "Readiness probe failed: x", `MountVolume.SetUp failed for volume "v" : secret "y" not found`, "", "Container web failed liveness probe, will be restarted"}
		s.Events = append(s.Events, event("Pod", p.Name, reasons[r.IntN(len(reasons))], texts[r.IntN(len(texts))], r.IntN(500), r.IntN(1500), int32(r.IntN(4))))
	}
	if r.IntN(2) == 0 {
		s.NotBefore = at(r.IntN(800))
	}
	if r.IntN(2) == 0 {
		s.Nodes = []*corev1.Node{node("n0", "2", "True"), node("n1", "8", []corev1.ConditionStatus{"True", "False", "Unknown"}[r.IntN(3)])}
	}
	s.Workload = randomWorkload(r, s.Workload.(*appsv1.Deployment), s.Pods)
	return s
}

// randomWorkload may make the deployment into something else, with the same pods.
func randomWorkload(r *rand.Rand, d *appsv1.Deployment, pods []*corev1.Pod) metav1.Object {
	d.Status.UpdatedReplicas, d.Status.AvailableReplicas, d.Status.Replicas = int32(r.IntN(4)), int32(r.IntN(4)), int32(r.IntN(4))
	if r.IntN(4) == 0 {
		d.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Reason: []string{"ProgressDeadlineExceeded", "NewReplicaSetAvailable"}[r.IntN(2)], LastUpdateTime: mat(r.IntN(900))}}
	}
	own := func(kind string) {
		for _, p := range pods {
			p.OwnerReferences = ownedBy(kind, "cart")
		}
	}
	switch r.IntN(6) {
	case 0:
		own("StatefulSet")
		return &appsv1.StatefulSet{ObjectMeta: meta("cart"), Spec: appsv1.StatefulSetSpec{Replicas: d.Spec.Replicas}, Status: appsv1.StatefulSetStatus{ObservedGeneration: 1, ReadyReplicas: d.Status.ReadyReplicas, UpdatedReplicas: d.Status.UpdatedReplicas}}
	case 1:
		own("DaemonSet")
		return &appsv1.DaemonSet{ObjectMeta: meta("cart"), Status: appsv1.DaemonSetStatus{ObservedGeneration: 1, DesiredNumberScheduled: *d.Spec.Replicas, CurrentNumberScheduled: 3, UpdatedNumberScheduled: 3, NumberReady: d.Status.ReadyReplicas, NumberAvailable: 3}}
	case 2:
		own("Job")
		conditions := []batchv1.JobCondition{{Type: []batchv1.JobConditionType{batchv1.JobFailed, batchv1.JobComplete, batchv1.JobSuspended}[r.IntN(3)], Status: "True", LastTransitionTime: mat(5)}}
		return job("cart", 0, conditions[:r.IntN(2)]...)
	case 3:
		if len(pods) > 0 {
			return pods[0]
		}
	}
	return d
}

func TestFiveHundredPods(t *testing.T) {
	pods := many(300, "img", waits("ErrImagePull", notFoundText))
	pods = append(pods, many(150, "crash", crashes(3, 4, 20))...)
	pods = append(pods, many(50, "cfg", waits("CreateContainerConfigError", `secret "db" not found`))...)
	s := deploy(500, 0, pods...)
	for _, p := range pods {
		s.Events = append(s.Events, event("Pod", p.Name, "Failed", "Error: x "+p.Name, 1, 30, 3), event("Pod", p.Name, "BackOff", "Back-off "+strings.Repeat("x", 2000), 1, 30, 3))
	}
	r := Judge(s, at(100), Thresholds{})
	checkBounds(t, r)
	var got []string
	for _, c := range r.Causes {
		got = append(got, FewWords(c))
	}
	want := "image not found (300/500 pods) missing Secret db (50/500 pods) crashes, exit 3 (150/500 pods)"
	if strings.Join(got, " ") != want || r.Verdict != Failed {
		t.Errorf("%s: %s", r.Verdict, strings.Join(got, " "))
	}
	if text, _ := json.Marshal(r); len(text) > 20_000 {
		t.Errorf("a report of %d bytes", len(text))
	}
}

func BenchmarkReadyDeployment(b *testing.B) {
	s := deploy(3, 3)
	b.ReportAllocs()
	for b.Loop() {
		Judge(s, at(100), Thresholds{})
	}
}

func BenchmarkFiveHundredPods(b *testing.B) {
	s := deploy(500, 0, many(500, "crash", crashes(3, 4, 20))...)
	for b.Loop() {
		Judge(s, at(100), Thresholds{})
	}
}
