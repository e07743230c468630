package kubestore_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app/kubestore"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	s := kubetest.New(t)
	s.Namespace("shop")
	client, err := kube.New(kube.Target{Kubeconfig: s.Kubeconfig(t, "shop")})
	if err != nil {
		t.Fatal(err)
	}
	contract(t, client, "shop")
}

// The same on a real API server.
func TestStoreKeepsTheContractOnARealServer(t *testing.T) {
	client := lab(t)
	contract(t, client, labProject(t, client))
}

func contract(t *testing.T, client *kube.Client, project string) {
	store := kubestore.New(client)
	t.Run("contract", func(t *testing.T) {
		porttest.Contract(t, porttest.Subject{
			Records: store, Locker: store, Project: project, LostWithin: 30 * time.Second,
			Expire: func(t *testing.T, name string) { expire(t, client, project, name) },
		})
	})
}

// expire sets the lease back by an hour, by the server's clock.
func expire(t *testing.T, client *kube.Client, project, name string) {
	t.Helper()
	lease, err := kube.Get[coordinationv1.Lease](t.Context(), client, kube.Leases(), project, "bcpaas."+name)
	if err != nil {
		t.Fatal(err)
	}
	past := metav1.NewMicroTime(client.Now().Add(-time.Hour))
	lease.Spec.RenewTime = &past
	if _, err := kube.Update(t.Context(), client, kube.Leases(), lease); err != nil {
		t.Fatal(err)
	}
}

// lab is a client of the lab's API server. Without a lab the test is left out, and noted as not run.
func lab(t *testing.T) *kube.Client {
	t.Helper()
	if os.Getenv("KUBECONFIG") != "" && os.Getenv("BCPAAS_LAB_APISERVER") != "" {
		client, err := kube.New(kube.Target{})
		if err != nil {
			t.Fatal(err)
		}
		return client
	}
	const reason = "no lab: needs KUBECONFIG and BCPAAS_LAB_APISERVER (make lab-up)"
	if os.Getenv("BCPAAS_REQUIRE_ALL") == "1" {
		t.Fatal(reason)
	}
	if file := os.Getenv("BCPAAS_NOT_RUN"); file != "" {
		notes, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer notes.Close()
		if _, err := fmt.Fprintf(notes, "pkg/app/kubestore.%s\t%s\n", t.Name(), reason); err != nil {
			t.Fatal(err)
		}
	}
	t.Skip(reason)
	return nil
}

// labProject makes a namespace of a random name, which goes with the test.
func labProject(t *testing.T, client *kube.Client) string {
	t.Helper()
	random := make([]byte, 5)
	_, _ = rand.Read(random)
	name := "test-kubestore-" + hex.EncodeToString(random)
	_, err := kube.Create(t.Context(), client, kube.Namespaces(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.Delete(context.Background(), kube.Namespaces(), "", name, kube.DeleteOptions{}); err != nil {
			t.Errorf("the project %s stays: %v", name, err)
		}
	})
	return name
}
