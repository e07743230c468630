package kubewatch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/diagnosis/kubewatch"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

func ref() diagnosis.Ref { return diagnosis.Ref{Kind: "Deployment", Namespace: "shop", Name: "cart"} }

func owned(name, kind, owner string) metav1.ObjectMeta {
	yes := true
	m := metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID("uid-" + name), Labels: map[string]string{"app": "cart"}, Generation: 1, CreationTimestamp: metav1.Now()}
	if owner != "" {
		m.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: owner, UID: types.UID("uid-" + owner), Controller: &yes}}
	}
	return m
}

func deployment(ready int32) *appsv1.Deployment {
	one := int32(1)
	d := &appsv1.Deployment{ObjectMeta: owned("cart", "", ""), Spec: appsv1.DeploymentSpec{Replicas: &one, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "cart"}}}}
	d.Annotations = map[string]string{"deployment.kubernetes.io/revision": "1"}
	d.Status = appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: 1, UpdatedReplicas: 1, ReadyReplicas: ready, AvailableReplicas: ready}
	if ready > 0 {
		d.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue}}
	}
	return d
}

func replicaSet() *appsv1.ReplicaSet {
	r := &appsv1.ReplicaSet{ObjectMeta: owned("cart-1", "Deployment", "cart")}
	r.Annotations = map[string]string{"deployment.kubernetes.io/revision": "1"}
	return r
}

// crashing is a pod whose container ended with code 3, three times.
func crashing() *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: owned("cart-1-a", "ReplicaSet", "cart-1")}
	p.Spec.NodeName = "n1"
	p.Spec.Containers = []corev1.Container{{Name: "web", Image: "registry.example/cart:9"}}
	ended := &corev1.ContainerStateTerminated{ExitCode: 3, Reason: "Error", FinishedAt: metav1.Now()}
	p.Status = corev1.PodStatus{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{
		Name: "web", RestartCount: 3, ImageID: "registry.example/cart@sha256:abc", LastTerminationState: corev1.ContainerState{Terminated: ended},
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
	}}}
	return p
}

// watch gives the updates until the test says enough, and the error with which it ended.
func watch(t *testing.T, s *kubetest.Server, enough func(kubewatch.Update) bool, refs ...diagnosis.Ref) ([]kubewatch.Update, error) {
	t.Helper()
	client, err := kube.New(kube.Target{Kubeconfig: s.Kubeconfig(t, "shop")})
	if err != nil {
		t.Fatal(err)
	}
	if len(refs) == 0 {
		refs = []diagnosis.Ref{ref()}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	var updates []kubewatch.Update
	err = kubewatch.Watch(ctx, client, kubewatch.Options{Refs: refs}, func(u kubewatch.Update) bool {
		updates = append(updates, u)
		return !enough(u)
	})
	if errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("never seen; last of %d: %+v", len(updates), updates[max(0, len(updates)-1):])
	}
	return updates, err
}

func settled(u kubewatch.Update) bool { return u.Settled }

func last(updates []kubewatch.Update) kubewatch.Update { return updates[len(updates)-1] }

func TestSnapshotIsGatheredAndSettles(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(0), replicaSet(), crashing())
	logs := 0
	s.On("GET", "/pods/cart-1-a/log", func(w http.ResponseWriter, _ *http.Request) { logs++; fmt.Fprint(w, "boom\npanic: no database\n") })
	updates, err := watch(t, s, settled)
	if err != nil {
		t.Fatal(err)
	}
	report := last(updates).Reports[0]
	if len(report.Causes) == 0 || report.Causes[0].Code != "crash_loop" || !strings.Contains(fmt.Sprint(report.Causes[0].Evidence), "panic: no database") {
		t.Errorf("%+v", report)
	}
	if updates[0].Settled {
		t.Error("settled before the log was read")
	}
	if logs != 1 {
		t.Errorf("the log was read %d times", logs)
	}
	if got := last(updates).Digests["registry.example/cart:9"]; got != "sha256:abc" {
		t.Errorf("digest %q", got)
	}
}

func TestChangesAreFollowed(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(0), replicaSet())
	stage := 0
	updates, err := watch(t, s, func(u kubewatch.Update) bool {
		if stage == 0 && u.Settled {
			stage = 1
			s.Put(t, deployment(1))
		}
		return u.Reports[0].Verdict == diagnosis.Succeeded
	})
	if err != nil || updates[0].Reports[0].Verdict != diagnosis.Progressing {
		t.Errorf("%+v, %v", updates[0].Reports, err)
	}
}

func TestWorkloadThatIsNotThere(t *testing.T) {
	s := kubetest.New(t)
	updates, err := watch(t, s, settled)
	if err != nil || last(updates).Reports[0].Verdict == diagnosis.Succeeded || last(updates).Reports[0].Ref != ref() {
		t.Fatalf("%+v, %v", updates, err)
	}
	// It comes later, and its pods are followed from then on.
	stage := 0
	updates, err = watch(t, s, func(u kubewatch.Update) bool {
		if stage == 0 {
			stage = 1
			s.Put(t, deployment(0), replicaSet(), crashing())
		}
		return len(u.Reports[0].Causes) > 0
	})
	if err != nil || last(updates).Reports[0].Wanted != 1 {
		t.Errorf("%+v, %v", last(updates), err)
	}
}

func TestForbiddenEventsAreDoneWithout(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(1), replicaSet())
	s.On("GET", "/events", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "events") })
	updates, err := watch(t, s, func(u kubewatch.Update) bool { return u.Settled && len(u.Reports[0].Unread) > 0 })
	if err != nil {
		t.Fatal(err)
	}
	report := last(updates).Reports[0]
	if report.Verdict != diagnosis.Succeeded || report.Unread[0].Kind != "events" || report.Unread[0].Reason != "forbidden" {
		t.Errorf("%+v", report)
	}
}

func TestForbiddenWorkloadsEndIt(t *testing.T) {
	for _, ending := range []string{"/deployments", "/pods"} {
		s := kubetest.New(t)
		s.Put(t, deployment(1))
		s.On("GET", ending, func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, ending) })
		if _, err := watch(t, s, func(kubewatch.Update) bool { return false }); fault.ExitCode(err) != 5 {
			t.Errorf("%s: %v", ending, err)
		}
	}
}

func TestForbiddenLogsAreTold(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(0), replicaSet(), crashing())
	s.On("GET", "/log", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "pods/log") })
	updates, err := watch(t, s, settled)
	if err != nil || !slices.ContainsFunc(last(updates).Reports[0].Unread, func(u diagnosis.Unread) bool { return u.Kind == "pods/log" }) {
		t.Errorf("%+v, %v", last(updates).Reports, err)
	}
}

func TestBurstIsOneUpdate(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(0), replicaSet())
	stage := 0
	updates, err := watch(t, s, func(u kubewatch.Update) bool {
		if stage == 0 && u.Settled {
			stage = 1
			for range 200 {
				s.Put(t, deployment(0))
			}
			s.Put(t, deployment(1))
		}
		return u.Reports[0].Verdict == diagnosis.Succeeded
	})
	if err != nil || len(updates) > 60 {
		t.Errorf("%d updates for 201 changes, %v", len(updates), err)
	}
}

func TestServerGoneAndBack(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(0), replicaSet())
	stage := 0
	_, err := watch(t, s, func(u kubewatch.Update) bool {
		switch {
		case stage == 0 && u.Settled:
			stage = 1
			s.Stop()
		case stage == 1 && u.Lost != nil:
			stage = 2
			if u.Since.IsZero() {
				t.Error("since when is not told")
			}
			s.Put(t, deployment(1))
			s.Start(t)
		case stage == 2:
			return u.Lost == nil && u.Reports[0].Verdict == diagnosis.Succeeded
		}
		return false
	})
	if err != nil {
		t.Errorf("%v", err)
	}
}

func TestUnknownKind(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(1))
	_, err := watch(t, s, settled, diagnosis.Ref{Kind: "Service", Namespace: "shop", Name: "cart"}, ref())
	if fault.ExitCode(err) != 2 {
		t.Errorf("%v", err)
	}
}

func TestNotSettledWhileEvidenceIsRead(t *testing.T) {
	s := kubetest.New(t)
	s.Put(t, deployment(1), replicaSet())
	s.Handle(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/horizontalpodautoscalers") {
			time.Sleep(300 * time.Millisecond)
		}
		return false
	})
	start := time.Now()
	if _, err := watch(t, s, settled); err != nil || time.Since(start) < 300*time.Millisecond {
		t.Errorf("settled after %s, %v", time.Since(start), err)
	}
}
