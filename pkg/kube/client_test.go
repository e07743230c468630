package kube_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

func TestKubeconfigFaults(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := kubetest.WriteKubeconfig(t, "http://127.0.0.1:1", "shop", "")
	for name, c := range map[string]struct {
		target kube.Target
		parts  []string
	}{
		"missing context": {kube.Target{Kubeconfig: good, Context: "prod"}, []string{`no context "prod"`, "get-contexts"}},
		"missing file":    {kube.Target{Kubeconfig: filepath.Join(dir, "none")}, []string{"reading the kubeconfig", "none", "--kubeconfig"}},
		"empty":           {kube.Target{Kubeconfig: file("empty", "")}, []string{"no cluster is configured", "KUBECONFIG"}},
		"not YAML":        {kube.Target{Kubeconfig: file("bad", "{{{")}, []string{"reading the kubeconfig", "--kubeconfig"}},
		"bad CA": {
			kube.Target{Kubeconfig: kubetest.WriteKubeconfig(t, "https://127.0.0.1:1", "", ", certificate-authority-data: bm90IGEgY2VydA==")},
			[]string{"preparing the connection to lab", "certificates"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kube.New(c.target)
			wantFault(t, err, fault.Usage, c.parts...)
		})
	}
}

func TestNothingConfigured(t *testing.T) {
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	_, err := kube.New(kube.Target{})
	wantFault(t, err, fault.Usage, "no cluster is configured", "bcpaas config set")
}

func TestKubeconfigOfTheEnvironment(t *testing.T) {
	s := kubetest.New(t)
	t.Setenv("KUBECONFIG", s.Kubeconfig(t, "shop"))
	client, err := kube.New(kube.Target{})
	if err != nil {
		t.Fatal(err)
	}
	if client.Name() != "lab" || client.Host() != s.URL() || client.Namespace() != "shop" {
		t.Errorf("%s %s %s", client.Name(), client.Host(), client.Namespace())
	}
	if len(s.Requests()) != 0 {
		t.Error("making a client contacted the server")
	}
	client, err = kube.New(kube.Target{Kubeconfig: s.Kubeconfig(t, ""), Context: "lab"})
	if err != nil || client.Namespace() != "default" {
		t.Errorf("%v, %v", client, err)
	}
	if config := client.Config(); config.Host != s.URL() {
		t.Errorf("%s", config.Host)
	}
}

func TestWhoAsks(t *testing.T) {
	var seen http.Header
	s := answering(t, func(w http.ResponseWriter, r *http.Request) { seen = r.Header; kubetest.Forbid(w, "it") })
	client := dial(t, s, func(target *kube.Target) {
		target.As, target.AsGroups, target.UserAgent = "eve", []string{"ops", "dev"}, "bcpaas (test)"
	})
	_ = getPod(t.Context(), client)
	if seen.Get("Impersonate-User") != "eve" || fmt.Sprint(seen["Impersonate-Group"]) != "[ops dev]" || seen.Get("User-Agent") != "bcpaas (test)" {
		t.Errorf("%v", seen)
	}
	if seen.Get("Authorization") != "Bearer "+kubetest.Token || !strings.HasPrefix(seen.Get("Accept"), "application/vnd.kubernetes.protobuf") {
		t.Errorf("%v", seen)
	}
}

func TestTraceTellsRequestsAndNoSecrets(t *testing.T) {
	s := kubetest.New(t)
	var trace buffer
	client := dial(t, s, func(target *kube.Target) { target.Trace = &trace })
	_ = getPod(t.Context(), client)
	if err := applyMap(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	_ = getPod(t.Context(), client)
	for _, want := range []string{"GET " + s.URL() + "/api/v1/namespaces/shop/pods/cart: 404", "PATCH ", ": 200 OK in ", ": failed in "} {
		if !strings.Contains(trace.String(), want) {
			t.Errorf("%q is not in:\n%s", want, trace.String())
		}
	}
	for _, secret := range []string{kubetest.Token, "Bearer", "blue"} {
		if strings.Contains(trace.String(), secret) {
			t.Errorf("%q is in:\n%s", secret, trace.String())
		}
	}
}

func TestRequestsUnderWayAreBounded(t *testing.T) {
	var now, most atomic.Int32
	s := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(20 * time.Millisecond)
		kubetest.Fail(w, 404, "NotFound", "none")
	})
	client := dial(t, s)
	var group sync.WaitGroup
	for range 60 {
		group.Go(func() { _ = getPod(t.Context(), client) })
	}
	group.Wait()
	if got := most.Load(); got != 12 {
		t.Errorf("%d at once, want 12", got)
	}
}

func TestServersClockIsLearned(t *testing.T) {
	s := kubetest.New(t)
	s.Handle(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Date", time.Now().Add(-3*time.Hour).UTC().Format(http.TimeFormat))
		return false
	})
	client := dial(t, s)
	if behind := time.Since(client.Now()); behind.Abs() > time.Second {
		t.Errorf("before any answer: %s", behind)
	}
	_ = getPod(t.Context(), client)
	if behind := time.Since(client.Now()).Round(time.Minute); behind != 3*time.Hour {
		t.Errorf("%s behind", behind)
	}
}

func TestLogTail(t *testing.T) {
	s := kubetest.New(t)
	var query string
	s.On("GET", "/api/v1/namespaces/shop/pods/cart/log", func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		fmt.Fprint(w, "one\n", strings.Repeat("x", 10000), "\nlast \xff")
	})
	client := dial(t, s)
	lines, err := client.LogTail(t.Context(), "shop", "cart", "web", true, 20)
	if err != nil || len(lines) != 3 || lines[0] != "one" || lines[2] != "last \uFFFD" || len(lines[1]) >= 10000 {
		t.Errorf("%.60q, %v", lines, err)
	}
	if query != "container=web&limitBytes=81920&previous=true&tailLines=20" {
		t.Errorf("%s", query)
	}
	s.On("GET", "/log", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "pods/log") })
	_, err = client.LogTail(t.Context(), "shop", "cart", "web", false, 20)
	wantFault(t, err, fault.Forbidden, "reading the log of shop/cart")
}
