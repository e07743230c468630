package diagnosis

import (
	"encoding/json"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// world is what a dump (kubectl get ... -o json) holds.
type world struct {
	workloads []metav1.Object
	snapshot  Snapshot
}

// decodeWorld reads a list of objects of any kind.
func decodeWorld(t testing.TB, text []byte) world {
	t.Helper()
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	w := world{snapshot: Snapshot{Claims: []*corev1.PersistentVolumeClaim{}, Logs: map[LogKey]LogTail{}}}
	for _, item := range list.Items {
		var kind metav1.TypeMeta
		if err := json.Unmarshal(item, &kind); err != nil {
			t.Fatal(err)
		}
		w.add(t, kind.Kind, item)
	}
	return w
}

func (w *world) add(t testing.TB, kind string, item json.RawMessage) {
	t.Helper()
	s := &w.snapshot
	switch kind {
	case "Deployment":
		w.workloads = append(w.workloads, decode[appsv1.Deployment](t, item))
	case "StatefulSet":
		w.workloads = append(w.workloads, decode[appsv1.StatefulSet](t, item))
	case "DaemonSet":
		w.workloads = append(w.workloads, decode[appsv1.DaemonSet](t, item))
	case "CronJob":
		w.workloads = append(w.workloads, decode[batchv1.CronJob](t, item))
	case "Job":
		job := decode[batchv1.Job](t, item)
		w.workloads, s.Jobs = append(w.workloads, job), append(s.Jobs, job)
	case "ReplicaSet":
		s.ReplicaSets = append(s.ReplicaSets, decode[appsv1.ReplicaSet](t, item))
	case "Pod":
		pod := decode[corev1.Pod](t, item)
		s.Pods = append(s.Pods, pod)
		if metav1.GetControllerOf(pod) == nil {
			w.workloads = append(w.workloads, pod)
		}
	case "Event":
		s.Events = append(s.Events, decode[corev1.Event](t, item))
	case "PersistentVolumeClaim":
		s.Claims = append(s.Claims, decode[corev1.PersistentVolumeClaim](t, item))
	case "ResourceQuota":
		s.Quotas = append(s.Quotas, decode[corev1.ResourceQuota](t, item))
	case "Node":
		s.Nodes = append(s.Nodes, decode[corev1.Node](t, item))
	default:
		t.Fatalf("kind %q in a fixture", kind)
	}
}

func decode[T any](t testing.TB, item json.RawMessage) *T {
	t.Helper()
	object := new(T)
	if err := json.Unmarshal(item, object); err != nil {
		t.Fatalf("%v in %.200s", err, item)
	}
	return object
}
