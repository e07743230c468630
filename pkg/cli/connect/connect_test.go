package connect_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/clitest"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/kube/kubetest"
)

// tab completes names of projects, as a shell asks for them.
func tab(t *testing.T, env clitest.Env, begun string, args ...string) string {
	t.Helper()
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	names, directive := connect.CompleteProjects(env.Env)(cmd, args, begun)
	if directive != cobra.ShellCompDirectiveNoFileComp {
		t.Errorf("directive %d", directive)
	}
	if env.Out.Len()+env.Err.Len() != 0 {
		t.Errorf("completion prints %q %q", env.Out, env.Err)
	}
	return strings.Join(names, " ")
}

func world(t *testing.T) (*kubetest.Server, clitest.Env, string) {
	s := kubetest.New(t)
	s.Namespace("shop", "shed", "bank")
	cache := t.TempDir()
	env := clitest.NewEnv(t, "XDG_CACHE_HOME="+cache)
	env.Global.Kubeconfig = s.Kubeconfig(t, "shop")
	return s, env, cache
}

func TestCompletionAsksOnceForAWhile(t *testing.T) {
	s, env, cache := world(t)
	if got := tab(t, env, "sh"); got != "shed shop" {
		t.Fatalf("%q", got)
	}
	s.Namespace("shore")
	if got := tab(t, env, "sh"); got != "shed shop" || len(s.Requests()) != 1 {
		t.Errorf("%q after %d requests: the cache is not used", got, len(s.Requests()))
	}
	later := clitest.Now().Add(11 * time.Second)
	env.Now = func() time.Time { return later }
	if got := tab(t, env, "sh"); got != "shed shop shore" {
		t.Errorf("%q: the cache is too old", got)
	}
	env.Now = clitest.Now // the clock was set back: an answer of the future is none
	if got := tab(t, env, "ba"); got != "bank" || len(s.Requests()) != 3 {
		t.Errorf("%q after %d requests", got, len(s.Requests()))
	}
	if got := tab(t, env, "", "already"); got != "" {
		t.Errorf("a second argument is completed with %q", got)
	}
	files, err := filepath.Glob(filepath.Join(cache, "bcpaas", "completion", "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(files[0], []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := tab(t, env, "ba"); got != "bank" {
		t.Errorf("a broken cache: %q", got)
	}
}

func TestCachesAreApart(t *testing.T) {
	s, env, _ := world(t)
	tab(t, env, "")
	env.Global.As = "eve"
	tab(t, env, "")
	other := connect.Complete(env.Env, "other things", func(context.Context, *kube.Client) ([]string, error) { return []string{"x"}, nil })
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	if names, _ := other(cmd, nil, ""); strings.Join(names, " ") != "x" || len(s.Requests()) != 2 {
		t.Errorf("%v, %d requests", names, len(s.Requests()))
	}
}

func TestCompletionIsSilent(t *testing.T) {
	t.Run("no place for a cache", func(t *testing.T) {
		_, env, _ := world(t)
		env.Environ = nil
		if got := tab(t, env, "ba"); got != "bank" {
			t.Errorf("%q", got)
		}
	})
	t.Run("a place that can't be written", func(t *testing.T) {
		_, env, cache := world(t)
		if err := os.WriteFile(filepath.Join(cache, "bcpaas"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := tab(t, env, "ba"); got != "bank" {
			t.Errorf("%q", got)
		}
	})
	t.Run("slow server", func(t *testing.T) {
		s, env, _ := world(t)
		s.On("GET", "/namespaces", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		start := time.Now()
		if got := tab(t, env, ""); got != "" || time.Since(start) > time.Second {
			t.Errorf("%q after %s", got, time.Since(start))
		}
	})
	t.Run("forbidden", func(t *testing.T) {
		s, env, _ := world(t)
		s.On("GET", "/namespaces", func(w http.ResponseWriter, _ *http.Request) { kubetest.Forbid(w, "namespaces") })
		if got := tab(t, env, ""); got != "" {
			t.Errorf("%q", got)
		}
	})
	t.Run("no cluster", func(t *testing.T) {
		_, env, _ := world(t)
		env.Global.Kubeconfig = "/nonexistent"
		if got := tab(t, env, ""); got != "" {
			t.Errorf("%q", got)
		}
	})
}

func TestWhichCluster(t *testing.T) {
	s := kubetest.New(t)
	kubeconfig := s.Kubeconfig(t, "of-the-context")
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := "apiVersion: bcpaas.io/v1\nkind: Config\ncurrentProfile: office\nprofiles:\n  office:\n    clusters:\n      prod: {context: lab, kubeconfig: " + kubeconfig +
		"}\n      test: {context: nowhere, kubeconfig: " + kubeconfig + "}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := clitest.NewEnv(t, "BCPAAS_CONFIG="+config)
	_, err := connect.Kubernetes(env.Env)
	clitest.WantFault(t, err, 1, "profile office has prod, test", "--cluster")
	env = clitest.NewEnv(t, "BCPAAS_CONFIG="+config, "BCPAAS_CLUSTER=prod")
	client, err := connect.Kubernetes(env.Env)
	if err != nil || client.Host() != s.URL() {
		t.Fatalf("%v", err)
	}
	if name, err := connect.Project(env.Env, client); name != "of-the-context" || err != nil {
		t.Errorf("%s, %v", name, err)
	}
	env = clitest.NewEnv(t, "BCPAAS_CONFIG="+config, "BCPAAS_CLUSTER=test", "BCPAAS_PROJECT=bank")
	if name, err := connect.Project(env.Env, client); name != "bank" || err != nil {
		t.Errorf("%s, %v", name, err)
	}
	env.Global.Kubeconfig, env.Global.Context = kubeconfig, "lab" // goes before --cluster
	if _, err := connect.Kubernetes(env.Env); err != nil {
		t.Errorf("%v", err)
	}
	if len(s.Requests()) != 0 {
		t.Error("it contacted the server")
	}
}
