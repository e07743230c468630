package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// testdata/live holds workloads as an API server gives them, defaults filled in.
func TestFromWorkloadGolden(t *testing.T) {
	for file, into := range map[string]any{
		"deployment": &appsv1.Deployment{}, "statefulset": &appsv1.StatefulSet{}, "cronjob": &batchv1.CronJob{}, "job": &batchv1.Job{},
	} {
		t.Run(file, func(t *testing.T) {
			var tree any
			if err := yaml.Unmarshal([]byte(read(t, filepath.Join("testdata", "live", file+".yaml"))), &tree); err != nil {
				t.Fatal(err)
			}
			typed(t, tree, into)
			before := fmt.Sprintf("%+v", into)
			a, losses, err := app.FromWorkload(into)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprintf("%+v", into) != before {
				t.Error("the workload was changed")
			}
			checkRoundTrip(t, a)
			out, err := a.YAML()
			if err != nil {
				t.Fatal(err)
			}
			for _, loss := range losses {
				out = append(out, "# lost: "+loss.Path+": "+loss.Value+"\n"...)
			}
			golden(t, file+".fromworkload.yaml", out)
		})
	}
}

// typed fills a Kubernetes type from JSON data, and refuses fields that it has not.
func typed(t *testing.T, tree, into any) {
	t.Helper()
	data, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// An app that was deployed by bcpaas comes back as it was, without a loss.
func TestFromWorkloadOfOurOwn(t *testing.T) {
	a := parse(t, component("    command: [a]\n    ports: [{port: 8080, name: web}]\n    env: {A: b}\n    secrets: {B: {secret: s, key: k}}\n    files: {/x: {secret: s, key: y}}\n"+
		"    resources: {cpu: 1, memory: 1Gi, limits: {memory: 2Gi}}\n    probes: {ready: {http: /r, port: 8080, period: 5s}}\n    replicas: 3\n    strategy: {maxSurge: 1}\n"+
		"    volumes: [{name: t, path: /t, scratch: true}]\n    initContainers: [{name: i, image: c}]\n    nodeSelector: {a: b}\n"+
		"    tolerations: [{key: a, value: b, effect: NoSchedule}, {effect: NoExecute, stay: 60s}]\n    serviceAccount: s\n    pullSecrets: [p]\n    restricted: true\n"))
	var live appsv1.Deployment
	typed(t, byKind(compile(t, a), "Deployment")[0].Body, &live)
	got, losses, err := app.FromWorkload(&live)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, got) {
		t.Errorf("got %+v\nwant %+v", got, a)
	}
	if len(losses) > 0 {
		t.Errorf("lost %+v", losses)
	}
}

func TestFromWorkloadRefuses(t *testing.T) {
	_, _, err := app.FromWorkload(&appsv1.DaemonSet{})
	if err == nil || !fault.Is(err, fault.Usage) {
		t.Errorf("DaemonSet: %v", err)
	}
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: strings.Repeat("x", 60)}}
	d.Spec.Template.Spec.Containers = []corev1.Container{{Image: "a"}}
	if _, _, err := app.FromWorkload(d); err == nil || !strings.Contains(err.Error(), "52 are possible") {
		t.Errorf("long name: %v", err)
	}
	if _, _, err := app.FromWorkload(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "a"}}); err == nil {
		t.Error("no containers: no error")
	}
}
