package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Helpers that build small worlds. All times are counted from t0, the server's clock.
const revisionKey = "deployment.kubernetes.io/revision"

func t0() time.Time { return time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC) }

func at(seconds int) time.Time { return t0().Add(time.Duration(seconds) * time.Second) }

func mat(seconds int) metav1.Time { return metav1.NewTime(at(seconds)) }

func ptr[T any](v T) *T { return &v }

func meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "shop", UID: types.UID("uid-" + name), Generation: 1, CreationTimestamp: mat(0)}
}

func ownedBy(kind, name string) []metav1.OwnerReference {
	return []metav1.OwnerReference{{Kind: kind, Name: name, UID: types.UID("uid-" + name), Controller: ptr(true)}}
}

// deploy makes a deployment "cart" of n replicas at revision 2 of which ready are, with its replica sets cart-1 and cart-2.
func deploy(n, ready int32, pods ...*corev1.Pod) Snapshot {
	d := &appsv1.Deployment{ObjectMeta: meta("cart"), Spec: appsv1.DeploymentSpec{Replicas: ptr(n)}}
	d.Annotations = map[string]string{revisionKey: "2"}
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: n, UpdatedReplicas: n, ReadyReplicas: ready, AvailableReplicas: ready}
	s := Snapshot{Workload: d, Pods: pods, Logs: map[LogKey]LogTail{}}
	for _, revision := range []string{"1", "2"} {
		set := &appsv1.ReplicaSet{ObjectMeta: meta("cart-" + revision)}
		set.OwnerReferences, set.Annotations = ownedBy("Deployment", "cart"), map[string]string{revisionKey: revision}
		s.ReplicaSets = append(s.ReplicaSets, set)
	}
	return s
}

// pod makes a running, ready pod of cart-2 on node n1; options change that.
func pod(name string, options ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: meta(name)}
	p.OwnerReferences = ownedBy("ReplicaSet", "cart-2")
	p.Spec = corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "web", Image: "reg.example/cart:9"}}}
	p.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, StartTime: ptr(mat(0)),
		Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		ContainerStatuses: []corev1.ContainerStatus{{Name: "web", Ready: true, Started: ptr(true), State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: mat(0)}}}},
	}
	for _, option := range options {
		option(p)
	}
	return p
}

func onNode(node string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Spec.NodeName = node }
}

func ofSet(set string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.OwnerReferences = ownedBy("ReplicaSet", set) }
}

func created(seconds int) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.CreationTimestamp, p.Status.StartTime = mat(seconds), ptr(mat(seconds)) }
}

func unready(p *corev1.Pod) {
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse, LastTransitionTime: mat(0)}}
	p.Status.ContainerStatuses[0].Ready = false
}

func waits(reason, message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		unready(p)
		p.Status.Phase = corev1.PodPending
		p.Status.ContainerStatuses[0].State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	}
}

// crashes puts the pod into CrashLoopBackOff.
func crashes(code, restarts int32, ended int) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		waits("CrashLoopBackOff", "back-off 20s restarting failed container=web pod=x")(p)
		p.Status.Phase = corev1.PodRunning
		status := &p.Status.ContainerStatuses[0]
		status.RestartCount = restarts
		status.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error", StartedAt: mat(ended - 1), FinishedAt: mat(ended)}
	}
}

func unscheduled(message string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Spec.NodeName, p.Status.StartTime, p.Status.Phase, p.Status.ContainerStatuses = "", nil, corev1.PodPending, nil
		p.Spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("4")}
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable, Message: message}}
	}
}

func event(kind, name, reason, message string, first, last int, count int32) *corev1.Event {
	return &corev1.Event{
		InvolvedObject: corev1.ObjectReference{Kind: kind, Namespace: "shop", Name: name, UID: types.UID("uid-" + name), FieldPath: "spec.containers{web}"},
		Reason:         reason, Message: message, FirstTimestamp: mat(first), LastTimestamp: mat(last), Count: count,
	}
}

func node(name, cpu string, ready corev1.ConditionStatus) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}}
	n.Status.Allocatable = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu)}
	n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready, Reason: "KubeletSomething", LastTransitionTime: mat(1)}}
	return n
}

func job(name string, seconds int, conditions ...batchv1.JobCondition) *batchv1.Job {
	j := &batchv1.Job{ObjectMeta: meta(name), Spec: batchv1.JobSpec{Completions: ptr(int32(1)), Parallelism: ptr(int32(1))}}
	j.CreationTimestamp, j.OwnerReferences = mat(seconds), ownedBy("CronJob", "nightly")
	j.Status.StartTime, j.Status.Conditions = ptr(mat(seconds)), conditions
	for _, c := range conditions {
		if c.Type == batchv1.JobComplete {
			j.Status.Succeeded = 1
		} else {
			j.Status.Failed = 1
		}
	}
	return j
}

const (
	notFoundText = `Back-off pulling image "reg.example/cart:9": ErrImagePull: rpc error: code = NotFound desc = failed to pull and unpack image "reg.example/cart:9": failed to resolve reference "reg.example/cart:9": reg.example/cart:9: not found`
	refusedText  = `failed to pull and unpack image "reg.example/cart:9": failed to resolve reference "reg.example/cart:9": failed to do request: Head "https://reg.example/v2/cart/manifests/9": dial tcp 10.0.0.1:443: connect: connection refused`
	deniedText   = `failed to pull and unpack image "reg.example/cart:9": failed to resolve reference "reg.example/cart:9": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
)

func many(n int, name string, options ...func(*corev1.Pod)) []*corev1.Pod {
	var out []*corev1.Pod
	for i := range n {
		out = append(out, pod(fmt.Sprintf("%s-%03d", name, i), append([]func(*corev1.Pod){onNode(fmt.Sprintf("n%d", i%7))}, options...)...))
	}
	return out
}

// argsText lists arguments by name.
func argsText(args map[string]string) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(args)) {
		out = append(out, name+"="+args[name])
	}
	return strings.Join(out, " ")
}
