package diagnosis

import (
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// judged is what a scene must come to.
type judged struct {
	name    string
	s       Snapshot
	now     int // seconds after t0
	verdict Verdict
	code    Code // of the first cause; empty: no cause at all
	final   bool
	summary string // must be in it
}

func checkJudged(t *testing.T, scenes []judged) {
	t.Helper()
	for _, tt := range scenes {
		t.Run(tt.name, func(t *testing.T) {
			r := Judge(tt.s, at(tt.now), Thresholds{})
			checkBounds(t, r)
			for _, c := range r.Causes {
				checkArgs(t, c)
			}
			if r.Verdict != tt.verdict || !strings.Contains(r.Summary, tt.summary) {
				t.Errorf("%s %q, want %s with %q", r.Verdict, r.Summary, tt.verdict, tt.summary)
			}
			switch {
			case tt.code == "" && len(r.Causes) > 0:
				t.Errorf("has the cause %s: %s", r.Causes[0].Code, r.Causes[0].Message)
			case tt.code != "" && len(r.Causes) == 0:
				t.Errorf("has no cause, want %s", tt.code)
			case tt.code != "" && (r.Causes[0].Code != tt.code || r.Causes[0].Final != tt.final):
				t.Errorf("got %s final %v, want %s final %v", r.Causes[0].Code, r.Causes[0].Final, tt.code, tt.final)
			}
			if r.Verdict == Progressing && (r.RecheckAfter <= 0 || len(r.Missing) == 0) {
				t.Errorf("progresses without a next look (%s) or anything missing (%v)", r.RecheckAfter, r.Missing)
			}
		})
	}
}

func TestGracesCanBeGiven(t *testing.T) {
	s := deploy(1, 0, pod("a", waits("ErrImagePull", notFoundText)))
	if r := Judge(s, at(60), Thresholds{Graces: map[Code]time.Duration{ImageNotFound: time.Hour}}); r.Verdict != Progressing {
		t.Error(r.Summary)
	}
}

func with(s Snapshot, change func(*Snapshot)) Snapshot {
	change(&s)
	return s
}

func TestFinalAndTransient(t *testing.T) {
	well := pod("cart-2-w", onNode("n2"))
	refused := waits("ErrImagePull", refusedText)
	nodes := func(nodes ...*corev1.Node) func(*Snapshot) { return func(s *Snapshot) { s.Nodes = nodes } }
	three := nodes(node("n1", "2", "True"), node("n2", "2", "True"), node("n3", "2", "True"))
	checkJudged(t, []judged{
		{"image not found, one of three", deploy(3, 2, pod("a", waits("ErrImagePull", notFoundText)), well), 3, Failed, ImageNotFound, true, "image reg.example/cart:9 not found (1 of 3 pods)"},
		{"image not found a moment ago", deploy(1, 0, pod("a", waits("ErrImagePull", notFoundText))), 1, Progressing, ImageNotFound, false, "0 of 1 pods ready"},
		{"refused once", deploy(1, 0, pod("a", waits("ErrImagePull", deniedText))), 5, Progressing, ImageAccessDenied, false, ""},
		{"refused twice", with(deploy(1, 0, pod("a", waits("ErrImagePull", deniedText))), func(s *Snapshot) {
			s.Events = []*corev1.Event{event("Pod", "a", "Failed", `Failed to pull image "reg.example/cart:9": `+deniedText, 1, 14, 2)}
		}), 15, Failed, ImageAccessDenied, true, "refuses access"},
		{"refused, no events, long enough for a second try", deploy(1, 0, pod("a", waits("ErrImagePull", deniedText))), 21, Failed, ImageAccessDenied, true, ""},
		{"registry away for 20 s", deploy(2, 0, pod("a", refused), pod("b", refused, onNode("n2"))), 20, Progressing, RegistryUnreachable, false, "connection refused"},
		{"registry away on two nodes", deploy(2, 0, pod("a", refused), pod("b", refused, onNode("n2"))), 61, Failed, RegistryUnreachable, true, "2 of 2 pods"},
		{"registry away on the only pod's node, of several", with(deploy(1, 0, pod("a", refused)), three), 100, Progressing, RegistryUnreachable, false, ""},
		{"the same, much longer", with(deploy(1, 0, pod("a", refused)), three), 181, Failed, RegistryUnreachable, true, ""},
		{"registry away in a cluster of one node", with(deploy(1, 0, pod("a", refused)), nodes(node("n1", "2", "True"))), 61, Failed, RegistryUnreachable, true, ""},
		{"one node can't pull, another could", with(deploy(2, 1, pod("a", refused), well), three), 900, Progressing, RegistryUnreachable, false, ""},
		{"crash loop, first restart", deploy(1, 0, pod("a", crashes(3, 1, 20))), 60, Progressing, CrashLoop, false, "exit code 3"},
		{"crash loop, second restart", deploy(1, 0, pod("a", crashes(3, 2, 20))), 60, Failed, CrashLoop, true, "exit code 3, restarts: 2"},
		{"crash loop on a sick node", with(deploy(2, 1, pod("a", crashes(3, 9, 20)), well), nodes(node("n1", "2", "False"), node("n2", "2", "True"))), 600, Progressing, CrashLoop, false, ""},
		{"only the back-off is told", deploy(1, 0, pod("a", waits("ImagePullBackOff", `Back-off pulling image "reg.example/cart:9"`))), 60, Progressing, ImagePullFailed, false, "neither the status nor an event says why"},
		{"only the back-off is told, events know", with(deploy(1, 0, pod("a", waits("ImagePullBackOff", `Back-off pulling image "reg.example/cart:9"`))), func(s *Snapshot) {
			s.Events = []*corev1.Event{event("Pod", "a", "Failed", `Failed to pull image "reg.example/cart:9": rpc error: code = NotFound desc = x: not found`, 1, 14, 2)}
		}), 15, Failed, ImageNotFound, true, ""},
		{"unschedulable, an autoscaler may help", deploy(1, 0, pod("a", unscheduled("0/3 nodes are available: 3 Insufficient cpu."))), 60, Progressing, UnschedulableCPU, false, ""},
		{"unschedulable, and nothing came", deploy(1, 0, pod("a", unscheduled("0/3 nodes are available: 3 Insufficient cpu."))), 91, Failed, UnschedulableCPU, true, "asks for 4"},
		{"fits no node, even empty", with(deploy(1, 0, pod("a", unscheduled("0/3 nodes are available: 3 Insufficient cpu."))), three), 11, Failed, UnschedulableCPU, true, "the largest node has 2"},
		{"an autoscaler adds a node", with(deploy(1, 0, pod("a", unscheduled("0/3 nodes are available: 3 Insufficient cpu."))), func(s *Snapshot) {
			s.Events = []*corev1.Event{event("Pod", "a", "TriggeredScaleUp", "pod triggered scale-up: [{pool 3->4}]", 10, 10, 1)}
		}), 200, Progressing, UnschedulableCPU, false, ""},
	})
}

func TestWhatBelongsToTheRollout(t *testing.T) {
	bad := waits("ImagePullBackOff", notFoundText)
	rolling := with(deploy(2, 2, pod("new"), pod("old", ofSet("cart-1"), bad)), func(s *Snapshot) {
		s.Workload.(*appsv1.Deployment).Status.Replicas = 3
	})
	checkJudged(t, []judged{
		{"a failing pod of the old revision", rolling, 60, Progressing, ImageNotFound, false, "1 pod of the old revision still to end"},
		{"the same image, retried by the same pod", with(deploy(1, 0, pod("a", bad)), func(s *Snapshot) { s.NotBefore = at(100) }), 110, Progressing, ImageNotFound, false, ""},
		{"and it failed again", with(deploy(1, 0, pod("a", bad)), func(s *Snapshot) {
			s.NotBefore = at(100)
			s.Events = []*corev1.Event{event("Pod", "a", "Failed", `Failed to pull image "reg.example/cart:9": not found`, 1, 104, 3)}
		}), 110, Failed, ImageNotFound, true, ""},
		{"and never tried again", with(deploy(1, 0, pod("a", bad)), func(s *Snapshot) { s.NotBefore = at(100) }), 431, Failed, ImageNotFound, true, ""},
		{"a new pod of the rollout", with(deploy(1, 0, pod("a", bad, created(101))), func(s *Snapshot) { s.NotBefore = at(100) }), 104, Failed, ImageNotFound, true, ""},
		{"the change is not seen yet", with(deploy(1, 0, pod("a", bad)), func(s *Snapshot) {
			s.Workload.SetGeneration(2)
			s.ReplicaSets[1].Spec.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: "reg.example/cart:9"}}
		}), 60, Progressing, ImageNotFound, false, "has not seen the change"},
		{"events of an earlier pod of that name", with(deploy(1, 0, pod("a", waits("ContainerCreating", ""))), func(s *Snapshot) {
			e := event("Pod", "a", "FailedMount", `MountVolume.SetUp failed for volume "x" : secret "y" not found`, 1, 1, 1)
			e.InvolvedObject.UID = "another"
			s.Events = []*corev1.Event{e}
		}), 20, Progressing, "", false, ""},
		{"no revision of its pods is known", with(deploy(1, 0, pod("a", bad)), func(s *Snapshot) { s.ReplicaSets = nil }), 60, Progressing, "", false, ""},
	})
	r := Judge(rolling, at(60), Thresholds{})
	if !r.Causes[0].Old || r.Causes[0].Where() != "1 of 1 pod of an earlier revision" {
		t.Errorf("%+v", r.Causes[0])
	}
}

func TestHealthy(t *testing.T) {
	recovered := pod("a", func(p *corev1.Pod) {
		crashes(1, 40, -3000)(p)
		*p = *pod("a", func(q *corev1.Pod) {
			q.Status.ContainerStatuses[0].RestartCount = 40
			q.Status.ContainerStatuses[0].LastTerminationState = p.Status.ContainerStatuses[0].LastTerminationState
		})
	})
	again := pod("a", func(p *corev1.Pod) {
		p.Status.ContainerStatuses[0].RestartCount = 1
		p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, FinishedAt: mat(-1)}
	})
	stale := with(deploy(1, 1, pod("a")), func(s *Snapshot) {
		s.Events = []*corev1.Event{
			event("Pod", "a", "Unhealthy", "Readiness probe failed: no", 0, 5, 3), event("Pod", "a", "BackOff", "Back-off restarting failed container web in pod a", 0, 5, 3),
			event("Pod", "a", "FailedMount", `MountVolume.SetUp failed for volume "x" : secret "y" not found`, 0, 5, 3),
		}
	})
	sidecar := pod("a", func(p *corev1.Pod) {
		p.Spec.InitContainers = []corev1.Container{{Name: "proxy", RestartPolicy: ptr(corev1.ContainerRestartPolicyAlways)}}
		p.Status.InitContainerStatuses = []corev1.ContainerStatus{{Name: "proxy", Ready: true, Started: ptr(true), State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: mat(0)}}}}
		p.Status.EphemeralContainerStatuses = []corev1.ContainerStatus{{Name: "debug", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 9}}}}
	})
	checkJudged(t, []judged{
		{"ready", deploy(1, 1, pod("a")), 60, Succeeded, "", false, "1 of 1 pods ready"},
		{"recovered long ago", deploy(1, 1, recovered), 60, Succeeded, "", false, ""},
		{"restarted a moment ago", deploy(1, 1, again), 5, Progressing, "", false, "not well a moment ago"},
		{"restarted, and steady", deploy(1, 1, again), 15, Succeeded, "", false, ""},
		{"what its events remember", stale, 60, Succeeded, "", false, ""},
		{"sidecar and guest", deploy(1, 1, sidecar), 600, Succeeded, "", false, ""},
		{"scaled to 0", deploy(0, 0), 60, Succeeded, "", false, "scaled to 0"},
		{"starting", deploy(1, 0, pod("a", waits("ContainerCreating", ""))), 20, Progressing, "", false, "0 of 1 pods ready"},
		{"slow start", deploy(1, 0, pod("a", waits("ContainerCreating", ""))), 40, Progressing, ReplicasUnavailable, false, "ContainerCreating"},
		{"slow pull", with(deploy(1, 0, pod("a", waits("ContainerCreating", ""))), func(s *Snapshot) {
			s.Events = []*corev1.Event{event("Pod", "a", "Pulling", `Pulling image "reg.example/cart:9"`, 2, 2, 1)}
		}), 60, Progressing, ReplicasUnavailable, false, `pulling image "reg.example/cart:9" for 58s`},
		{"gone, as meant", Snapshot{Wanted: Ref{"Deployment", "shop", "cart"}, Deleting: true}, 0, Succeeded, "", false, "is gone"},
		{"not there", Snapshot{Wanted: Ref{"Deployment", "shop", "cart"}}, 0, Unknown, "", false, "does not exist"},
		{"forbidden", Snapshot{Unread: []Unread{{Kind: "deployments", Reason: "forbidden"}}}, 0, Unknown, "", false, "forbidden"},
		{"unreachable", with(deploy(1, 1, pod("a")), func(s *Snapshot) { s.Unread = []Unread{{Kind: "pods", Reason: "unreachable"}} }), 0, Unknown, "", false, "cannot be reached"},
	})
}

func TestWorkloads(t *testing.T) {
	failed := batchv1.JobCondition{Type: batchv1.JobFailed, Status: "True", Reason: "BackoffLimitExceeded", Message: "Job has reached the specified backoff limit", LastTransitionTime: mat(50)}
	complete := batchv1.JobCondition{Type: batchv1.JobComplete, Status: "True"}
	cron := func(suspend bool, jobs ...*batchv1.Job) Snapshot {
		return Snapshot{Workload: &batchv1.CronJob{ObjectMeta: meta("nightly"), Spec: batchv1.CronJobSpec{Suspend: &suspend}}, Jobs: jobs}
	}
	deadline := func(s *Snapshot) {
		d := s.Workload.(*appsv1.Deployment)
		d.Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Status: "False", Reason: "ProgressDeadlineExceeded", LastUpdateTime: mat(600)}}
	}
	quota := func(s *Snapshot) {
		s.ReplicaSets[1].Status.Conditions = []appsv1.ReplicaSetCondition{{
			Type: appsv1.ReplicaSetReplicaFailure, Status: "True", LastTransitionTime: mat(1),
			Message: `pods "cart-2-x" is forbidden: exceeded quota: team, requested: requests.cpu=2, used: requests.cpu=3, limited: requests.cpu=4`,
		}}
	}
	degraded := with(deploy(3, 2, pod("a", crashes(1, 30, 900)), pod("b", onNode("n2")), pod("c", onNode("n3"))), func(s *Snapshot) {
		s.Workload.(*appsv1.Deployment).Status.Conditions = []appsv1.DeploymentCondition{{Type: appsv1.DeploymentProgressing, Status: "True", Reason: "NewReplicaSetAvailable"}}
	})
	checkJudged(t, []judged{
		{"job runs", Snapshot{Workload: job("j", 0)}, 60, Progressing, "", false, "0 of 1 runs succeeded"},
		{"job failed", Snapshot{Workload: job("j", 0, failed)}, 60, Failed, JobFailed, true, "BackoffLimitExceeded"},
		{"job complete", Snapshot{Workload: job("j", 0, complete)}, 60, Succeeded, "", false, "1 of 1 runs succeeded"},
		{"cron job, last run failed", cron(false, job("j1", 0, complete), job("j2", 40, failed)), 60, Failed, JobFailed, true, ""},
		{"cron job, last run well", cron(false, job("j1", 0, failed), job("j2", 40, complete)), 60, Succeeded, "", false, "last run j2 succeeded"},
		{"cron job suspended", cron(true), 60, Succeeded, CronJobSuspended, false, "suspended"},
		{"cron job, deployed after its last run", with(cron(false, job("j2", 40, failed)), func(s *Snapshot) { s.NotBefore = at(50) }), 60, Succeeded, "", false, "has not run yet"},
		{"deadline, and nothing tells why", with(deploy(1, 0), deadline), 601, Failed, ProgressDeadline, true, "no progress within 10m"},
		{"deadline, explained", with(deploy(2, 1, pod("a", crashes(1, 1, 550)), pod("b", onNode("n2"))), deadline), 601, Failed, CrashLoop, true, ""},
		{"deadline of an earlier rollout", with(deploy(1, 0), func(s *Snapshot) { deadline(s); s.NotBefore = at(700) }), 701, Progressing, "", false, ""},
		{"paused", with(deploy(1, 0), func(s *Snapshot) { s.Workload.(*appsv1.Deployment).Spec.Paused = true }), 60, Failed, RolloutPaused, true, ""},
		{"quota", with(deploy(2, 1, pod("a")), quota), 17, Failed, QuotaExceeded, true, "requests.cpu asked 2, used 3 of 4"},
		{"quota, while a pod ends", with(deploy(2, 1, pod("a"), pod("o", ofSet("cart-1"), func(p *corev1.Pod) { p.DeletionTimestamp = ptr(mat(60)) })), quota), 17, Progressing, QuotaExceeded, false, ""},
		{"degraded", degraded, 1000, Failed, CrashLoop, true, "degraded: 2 of 3 pods ready; container web"},
		{"evicted and replaced", deploy(1, 1, pod("a"), pod("e", func(p *corev1.Pod) { p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Evicted" })), 60, Succeeded, PodEvicted, false, ""},
		{"stuck terminating", deploy(1, 0, pod("a", func(p *corev1.Pod) { p.DeletionTimestamp, p.Finalizers = ptr(mat(0)), []string{"x/y"} })), 300, Progressing, StuckTerminating, false, "x/y"},
		{"readiness gate", deploy(1, 0, pod("a", unready, func(p *corev1.Pod) {
			p.Status.ContainerStatuses[0].Ready = true
			p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "lb"}}
			p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: corev1.ContainersReady, Status: "True", LastTransitionTime: mat(0)})
		})), 60, Progressing, ReadinessGate, false, "never set"},
		{"node not ready", with(deploy(1, 0, pod("a", unready, func(p *corev1.Pod) { p.Status.ContainerStatuses[0].Ready = true })), func(s *Snapshot) { s.Nodes = []*corev1.Node{node("n1", "2", "Unknown")} }), 60, Progressing, NodeNotReady, false, "node n1 is not ready"},
		{"sandbox", with(deploy(1, 0, pod("a", waits("ContainerCreating", ""))), func(s *Snapshot) {
			s.Events = []*corev1.Event{event("Pod", "a", "FailedCreatePodSandBox", "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network: plugin type=\"calico\" failed (add): no more addresses", 5, 20, 2)}
		}), 25, Progressing, SandboxFailed, false, "no more addresses"},
		{"budget", with(deploy(1, 1, pod("a", func(p *corev1.Pod) { p.Labels = map[string]string{"app": "cart"} })), func(s *Snapshot) {
			n := node("n1", "2", "True")
			n.Spec.Unschedulable = true
			s.Nodes = []*corev1.Node{n}
			s.PDBs = []*policyv1.PodDisruptionBudget{{ObjectMeta: meta("cart"), Spec: policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "cart"}}}, Status: policyv1.PodDisruptionBudgetStatus{ExpectedPods: 1}}}
		}), 60, Succeeded, PDBBlocking, false, ""},
	})
}
