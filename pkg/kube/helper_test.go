package kube_test

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

// dial makes a client of a server; change may alter the target.
func dial(t testing.TB, s *kubetest.Server, change ...func(*kube.Target)) *kube.Client {
	t.Helper()
	target := kube.Target{Kubeconfig: s.Kubeconfig(t, "shop"), Timeout: 5 * time.Second}
	for _, c := range change {
		c(&target)
	}
	client, err := kube.New(target)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func pod(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Labels: map[string]string{"app": "cart"}}}
}

func getPod(ctx context.Context, c *kube.Client) error {
	_, err := kube.Get[corev1.Pod](ctx, c, kube.Pods(), "shop", "cart")
	return err
}

// listPods gives the names on each page.
func listPods(ctx context.Context, c *kube.Client) (pages [][]string, err error) {
	for page, err := range kube.Pages[corev1.PodList](ctx, c, kube.Pods(), kube.Query{Namespace: "shop"}) {
		if err != nil {
			return pages, err
		}
		var names []string
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		pages = append(pages, names)
	}
	return pages, nil
}

func wantFault(t testing.TB, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want kind %v", kind)
	}
	if got := fault.KindOf(err); got != kind {
		t.Errorf("kind %v (exit %d), want %v: %v", got, fault.ExitCode(err), kind, err)
	}
	report := fault.ReportOf(err)
	for _, part := range parts {
		if !strings.Contains(report.Message+"\n"+report.Hint, part) {
			t.Errorf("%q is not in %q, hint %q", part, report.Message, report.Hint)
		}
	}
	if strings.Contains(report.Message+report.Hint, kubetest.Token) {
		t.Errorf("the token is in %q %q", report.Message, report.Hint)
	}
}

// answering is a server that answers every request by one handler.
func answering(t testing.TB, h http.HandlerFunc) *kubetest.Server {
	s := kubetest.New(t)
	s.On("", "", h)
	return s
}

// buffer is a writer for several goroutines.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
