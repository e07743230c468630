package diagnosis

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Snapshot is all that is known at one moment. Slices may hold more than concerns the workload (all pods of a project,
// say): ownership is looked at here, at the cost of one comparison each, so that a list of many workloads should sort
// pods and events under their workloads first. Objects are read, never changed, and no element may be nil.
type Snapshot struct {
	// Workload is one of *appsv1.Deployment, *appsv1.StatefulSet, *appsv1.DaemonSet, *appsv1.ReplicaSet,
	// *batchv1.Job, *batchv1.CronJob, *corev1.Pod, *corev1.PersistentVolumeClaim,
	// *autoscalingv2.HorizontalPodAutoscaler. Nil: it is not there, or could not be read (then Unread says why).
	Workload metav1.Object
	// Wanted names the workload; needed only when Workload is nil.
	Wanted Ref

	ReplicaSets []*appsv1.ReplicaSet            // of a Deployment
	Jobs        []*batchv1.Job                  // of a CronJob
	Pods        []*corev1.Pod                   //
	Events      []*corev1.Event                 // of the workload, its replica sets, jobs, pods and claims
	Claims      []*corev1.PersistentVolumeClaim // nil = not read
	Quotas      []*corev1.ResourceQuota         // nil = not read
	Nodes       []*corev1.Node                  // nil = not read
	// NodeRequested is the sum of the requests of all pods per node; nil = not known.
	NodeRequested map[string]corev1.ResourceList
	Autoscaler    *autoscalingv2.HorizontalPodAutoscaler
	PDBs          []*policyv1.PodDisruptionBudget

	Logs   map[LogKey]LogTail // what was fetched for Report.Wants
	Unread []Unread           // what could not be read, and why

	// NotBefore is when this rollout began, by the server's clock: what failed earlier fails it only when it fails
	// again, and no grace begins earlier. Zero: everything counts (`why`).
	NotBefore time.Time
	// HeardSince is when the server could be heard again after an outage; zero: always. No grace begins earlier: during an
	// outage nothing can be reported, neither that it got worse nor that it got well.
	HeardSince time.Time
	// Deleting tells that the workload is meant to go: its disappearance is then success.
	Deleting bool
}

// LogKey names a container's log: of the container that runs, or of the one before its last restart.
type LogKey struct {
	Namespace string
	Pod       string
	Container string
	Previous  bool
}

// LogTail is the end of a log. Restart is the container's restart count when it was read, so that a stale tail is
// noticed; Err says why it could not be read.
type LogTail struct {
	Lines   []string
	Restart int32
	Err     string
}

// Unread is what could not be read: Reason is "forbidden" or "unreachable", or the server's own word.
type Unread struct {
	Kind    string `json:"kind"`
	Reason  string `json:"reason"`
	Message string `json:"message,omitempty"`
}

// unreadKind tells whether asking for a kind again is useless.
func (s *Snapshot) unreadKind(kind string) bool {
	for _, u := range s.Unread {
		if u.Kind == kind {
			return true
		}
	}
	return false
}

// WantKind is what a Want asks for.
type WantKind string

// What can be wanted.
const (
	WantLog    WantKind = "log"    // the tail of a container's log
	WantNodes  WantKind = "nodes"  // all nodes, and what is requested on each
	WantQuotas WantKind = "quotas" // the quotas of the workload's namespace
	WantClaims WantKind = "claims" // the claims of the workload's namespace
)

// Want is evidence that would sharpen the judgement: the watcher fetches it and calls Judge again.
type Want struct {
	Kind    WantKind `json:"kind"`
	Log     LogKey   `json:"-"`
	Restart int32    `json:"-"` // to be kept in the LogTail
}
