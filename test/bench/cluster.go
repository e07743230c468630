package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// perProject is how many Deployments go into one project.
const perProject = 200

// makeDeployments spreads n Deployments over projects whose names begin with a prefix.
func makeDeployments(ctx context.Context, client *kube.Client, prefix string, n int, shape func(i int, d *appsv1.Deployment)) error {
	for p := 0; p*perProject < n; p++ {
		namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s-%03d", prefix, p)}}
		if _, err := kube.Create(ctx, client, kube.Namespaces(), namespace, false); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	var group sync.WaitGroup
	numbers, faults := make(chan int), make(chan error, 1)
	for range 12 {
		group.Go(func() {
			for i := range numbers {
				d := deployment(fmt.Sprintf("%s-%03d", prefix, i/perProject), fmt.Sprintf("app-%05d", i))
				shape(i, d)
				if _, err := kube.Create(ctx, client, kube.Deployments(), d, false); err != nil && !fault.Is(err, fault.Conflict) {
					select {
					case faults <- err:
					default:
					}
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	group.Wait()
	select {
	case err := <-faults:
		return err
	default:
		return nil
	}
}

func deployment(namespace, name string) *appsv1.Deployment {
	replicas := int32(0)
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "registry.example/team/app:1.2.3"}}},
			},
		},
	}
}

// removeProjects deletes the projects that makeDeployments made and waits until they are gone.
func removeProjects(client *kube.Client, prefix string, n int) {
	ctx := context.Background()
	for p := 0; p*perProject < n; p++ {
		_, _ = client.Delete(ctx, kube.Namespaces(), "", fmt.Sprintf("%s-%03d", prefix, p), kube.DeleteOptions{}) // the next run meets what is left
	}
	for p := 0; p*perProject < n; p++ {
		name := fmt.Sprintf("%s-%03d", prefix, p)
		for range 600 {
			if live, err := client.GetRaw(ctx, kube.Namespaces(), "", name); err == nil && live == nil {
				break
			}
			time.Sleep(time.Second)
		}
	}
}

// largeList: 10,000 Deployments without pods.
func (b *bench) largeList(ctx context.Context) error {
	client, err := kube.New(kube.Target{})
	if err != nil {
		return err
	}
	say("making %d Deployments", b.scale)
	defer removeProjects(client, "bench-list", b.scale)
	if err := makeDeployments(ctx, client, "bench-list", b.scale, func(int, *appsv1.Deployment) {}); err != nil {
		return err
	}
	if err := b.settled(ctx, "bench-list", 0); err != nil {
		return err
	}
	return b.lists(fmt.Sprintf("app list -A over %d Deployments", b.scale), 5)
}

// unhealthy is how many of the Deployments with pods can't be scheduled.
const unhealthy = 50

// listWithPods: Deployments with simulated pods, 50 of them unhealthy.
func (b *bench) listWithPods(ctx context.Context) error {
	client, err := kube.New(kube.Target{})
	if err != nil {
		return err
	}
	nodes := (b.withPods + 99) / 100
	if err := fakeNodes(ctx, client, nodes); err != nil {
		return err
	}
	defer removeNodes(client, nodes)
	say("making %d Deployments with pods on %d simulated nodes", b.withPods, nodes)
	defer removeProjects(client, "bench-pods", b.withPods)
	err = makeDeployments(ctx, client, "bench-pods", b.withPods, func(i int, d *appsv1.Deployment) {
		one := int32(1)
		d.Spec.Replicas = &one
		d.Spec.Template.Spec.NodeSelector = map[string]string{"type": "kwok"}
		d.Spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: "kwok.x-k8s.io/node", Operator: corev1.TolerationOpExists}}
		if i%(b.withPods/unhealthy) == 0 {
			d.Spec.Template.Spec.NodeSelector = map[string]string{"type": "none-such"}
		}
	})
	if err != nil {
		return err
	}
	if err := b.settled(ctx, "bench-pods", b.withPods-unhealthy); err != nil {
		return err
	}
	return b.lists(fmt.Sprintf("app list -A over %d Deployments with pods, %d of them unhealthy", b.withPods, unhealthy), 5)
}

// settled waits until as many Deployments are ready as should be, and the controllers have seen all.
func (b *bench) settled(ctx context.Context, prefix string, ready int) error {
	for range 600 {
		out, err := exec.CommandContext(ctx, b.kubectl, "get", "deployments", "-A", "--no-headers", "-o",
			"custom-columns=P:.metadata.namespace,R:.status.readyReplicas,O:.status.observedGeneration").Output()
		if err != nil {
			return err
		}
		have, unseen := 0, 0
		for line := range strings.Lines(string(out)) {
			fields := strings.Fields(line)
			if len(fields) < 3 || !strings.HasPrefix(fields[0], prefix) {
				continue
			}
			if fields[1] == "1" {
				have++
			}
			if fields[2] == "<none>" {
				unseen++
			}
		}
		if have >= ready && unseen == 0 {
			return nil
		}
		say("waiting: %d of %d ready, %d not seen yet", have, ready, unseen)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * time.Second):
		}
	}
	return fmt.Errorf("the Deployments of %s did not settle", prefix)
}

// fakeNodes makes nodes that kwok plays.
func fakeNodes(ctx context.Context, client *kube.Client, n int) error {
	for i := range n {
		resources := map[string]any{"cpu": "64", "memory": "256Gi", "pods": "250"}
		body := map[string]any{
			"apiVersion": "v1", "kind": "Node",
			"metadata": map[string]any{
				"name": fmt.Sprintf("bench-kwok-%03d", i), "annotations": map[string]any{"kwok.x-k8s.io/node": "fake"},
				"labels": map[string]any{"type": "kwok", "kubernetes.io/hostname": fmt.Sprintf("bench-kwok-%03d", i)},
			},
			"spec":   map[string]any{"taints": []any{map[string]any{"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}}},
			"status": map[string]any{"capacity": resources, "allocatable": resources},
		}
		if _, err := client.Apply(ctx, kube.Nodes(), "", body, kube.ApplyOptions{Force: true}); err != nil {
			return err
		}
	}
	return nil
}

func removeNodes(client *kube.Client, n int) {
	for i := range n {
		_, _ = client.Delete(context.Background(), kube.Nodes(), "", fmt.Sprintf("bench-kwok-%03d", i), kube.DeleteOptions{}) // tried once
	}
}

// scratch makes a project and gives back what removes it.
func (b *bench) scratch(name string) (func(), error) {
	if _, err := measure(b.binary, "project", "create", name); err != nil {
		return nil, err
	}
	return func() {
		if _, err := measure(b.binary, "project", "delete", name, "--yes"); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}, nil
}
