package app

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/cli/clitest"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// parsed runs a command line as far as the verb's options.
func parsed[O any](t *testing.T, verb func(*command.Env, runner[O]) *cobra.Command, line string, environ ...string) (O, error) {
	t.Helper()
	var got O
	env := clitest.NewEnv(t, environ...)
	err := clitest.Parse(verb(env.Env, func(_ context.Context, o O) error { got = o; return nil }), env.Env, strings.Fields(line)...)
	return got, err
}

func TestDeployOptions(t *testing.T) {
	for line, want := range map[string]func(*deployOptions){
		"cart --image x:1":               func(o *deployOptions) { o.Source.Flags.Name, o.Source.Flags.Image = "cart", "x:1" },
		"-f app.yaml":                    func(o *deployOptions) { o.Source.File = "app.yaml" },
		"-f -":                           func(o *deployOptions) { o.Source.File = "-" },
		"-f a -m why --commit c --run r": func(o *deployOptions) { o.Source.File, o.Message, o.Owner.Commit, o.Owner.Run = "a", "why", "c", "r" },
		"-f a --wait=false":              func(o *deployOptions) { o.Source.File, o.Wait = "a", false },
		"-f a --atomic --reset --diff":   func(o *deployOptions) { o.Source.File, o.Atomic, o.Reset, o.Diff = "a", true, true, true },
		"-f a --dry-run=server":          func(o *deployOptions) { o.Source.File, o.DryRun = "a", "server" },
		"-f a --lock-wait 5m --keep 3":   func(o *deployOptions) { o.Source.File, o.LockWait, o.Keep = "a", 5*time.Minute, 3 },
		"-f a --var a=1 --var b=2 --vars-file v": func(o *deployOptions) {
			o.Source.File, o.Source.Vars, o.Source.VarsFile = "a", []string{"a=1", "b=2"}, "v"
		},
		"cart --image x -n shop": func(o *deployOptions) {
			o.Source.Flags.Name, o.Source.Flags.Image, o.Source.Flags.Project = "cart", "x", "shop"
		},
		"cart -p shop --port 80:8080 --env A=b=c": func(o *deployOptions) {
			o.Source.Flags.Name, o.Source.Flags.Project, o.Source.Flags.Ports, o.Source.Flags.Env = "cart", "shop", []string{"80:8080"}, []string{"A=b=c"}
		},
		"cart --cpu 1 --memory 2Gi --memory-limit 3Gi": func(o *deployOptions) {
			o.Source.Flags.Name, o.Source.Flags.CPU, o.Source.Flags.Memory, o.Source.Flags.MemoryLimit = "cart", "1", "2Gi", "3Gi"
		},
	} {
		t.Run(line, func(t *testing.T) {
			got, err := parsed(t, newDeploy, line)
			if err != nil {
				t.Fatal(err)
			}
			expected := deployOptions{Wait: true, Keep: 10}
			want(&expected)
			type words struct {
				Source, Flags, Rest any
			}
			of := func(o deployOptions) words {
				return words{
					[]any{o.Source.File, o.Source.Vars, o.Source.VarsFile},
					o.Source.Flags,
					[]any{o.Message, o.Owner, o.Wait, o.Atomic, o.Reset, o.Diff, o.DryRun, o.LockWait, o.Keep},
				}
			}
			if diff := cmp.Diff(of(expected), of(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
	got, err := parsed(t, newDeploy, "cart --replicas 0 --timeout 90s")
	if err != nil || got.Source.Flags.Replicas == nil || *got.Source.Flags.Replicas != 0 {
		t.Errorf("%+v, %v", got.Source.Flags, err)
	}
	if limit, err := got.Timeout(); limit != 90*time.Second || err != nil {
		t.Errorf("%s, %v", limit, err)
	}
	got, err = parsed(t, newDeploy, "cart --image x", "BCPAAS_TIMEOUT=7s")
	if err != nil {
		t.Fatal(err)
	}
	if limit, err := got.Timeout(); limit != 7*time.Second || err != nil {
		t.Errorf("%s, %v", limit, err)
	}
}

func TestBadDeployLines(t *testing.T) {
	for line, parts := range map[string][]string{
		"":                                  {"needs -f FILE, or NAME", "bcpaas app init"},
		"cart":                              {"needs -f FILE, or NAME and what to change"},
		"cart --var a=1 --image x":          {"--var and --vars-file are for a file"},
		"-f a --dry-run=sever":              {"--dry-run must be one of client, server", "did you mean server?"},
		"-f a --atomic --wait=false":        {"--atomic needs to wait"},
		"-f a --imgae x":                    {"unknown flag: --imgae", "did you mean --image?"},
		"-f a one two":                      {`takes no argument "two"`},
		"-f a --keep many":                  {"invalid argument"},
		"-f a --lock-wait soon":             {"--lock-wait"},
		"cart --image x --timeout sometime": {"timeout"},
	} {
		_, err := parsed(t, newDeploy, line)
		t.Run(line, func(t *testing.T) { clitest.WantFault(t, err, fault.Usage, parts...) })
	}
}

func TestTargetOptions(t *testing.T) {
	for line, want := range map[string]inventory.Arg{
		"cart":                     {Name: "cart"},
		"shop/cart@7":              {Project: "shop", Name: "cart", Release: 7},
		"deploy/cart":              {Kind: "Deployment", Name: "cart"},
		"shop/statefulset/db":      {Project: "shop", Kind: "StatefulSet", Name: "db"},
		"cart --timeout 0 -o json": {Name: "cart"},
	} {
		got, err := parsed(t, newGet, line)
		if err != nil || got.Target != want {
			t.Errorf("get %s: %+v, %v", line, got.Target, err)
		}
		why, err := parsed(t, newWhy, line+" --exit-code")
		if err != nil || why.Target != want || !why.ExitCode {
			t.Errorf("why %s: %+v, %v", line, why.Target, err)
		}
	}
	for line, parts := range map[string][]string{
		"": {"needs NAME"}, "a b": {`takes no argument "b"`}, "a/b/c/d": {"no app or workload"}, "cart@x": {"no release number"},
		"shop/deplyment/cart": {"no kind of workload", "did you mean deployment?"}, "cart --nope": {"unknown flag"}, "/cart": {"a part is empty"},
	} {
		_, err := parsed(t, newGet, line)
		clitest.WantFault(t, err, fault.Usage, parts...)
		_, err = parsed(t, newWhy, line)
		clitest.WantFault(t, err, fault.Usage, parts...)
	}
}

func TestAppOfTheWorkingFolder(t *testing.T) {
	env := clitest.NewEnv(t)
	if err := os.WriteFile(".bcpaas.yaml", []byte("app: cart\nproject: shop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var got whyOptions
	err := clitest.Parse(newWhy(env.Env, func(_ context.Context, o whyOptions) error { got = o; return nil }), env.Env)
	if err != nil || got.Target.Name != "cart" {
		t.Errorf("%+v, %v", got.Target, err)
	}
}

func TestListOptions(t *testing.T) {
	kinds := inventory.DefaultKinds()
	for line, want := range map[string]listOptions{
		"":                          {Kinds: kinds},
		"-A":                        {Kinds: kinds, AllProjects: true},
		"-l team=web --unwell":      {Kinds: kinds, Selector: "team=web", Unwell: true},
		"--kind sts,pods --limit 5": {Kinds: []string{"StatefulSet", "Pod"}, Limit: 5},
	} {
		got, err := parsed(t, newList, line)
		got = listOptions{AllProjects: got.AllProjects, Kinds: got.Kinds, Selector: got.Selector, Unwell: got.Unwell, Limit: got.Limit}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %s, %v", line, diff, err)
		}
	}
	for line, parts := range map[string][]string{
		"x": {`takes no argument "x"`}, "--kind servce": {"no kind of workload"}, "--limit -1": {"--limit"}, "-A -p shop": {"all-projects"}, "-A -n shop": {"all-projects"},
	} {
		_, err := parsed(t, newList, line)
		clitest.WantFault(t, err, fault.Usage, parts...)
	}
}

func TestDeleteOptions(t *testing.T) {
	got, err := parsed(t, newDelete, "shop/cart -y --purge --claims --wait=false --force-protected --dry-run=server")
	if err != nil || got.Target != (inventory.Arg{Project: "shop", Name: "cart"}) || !got.Yes || !got.Purge || !got.Claims || got.Wait || !got.Force || !got.DryRun {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = parsed(t, newDelete, "cart")
	if err != nil || got.Yes || got.Purge || got.Claims || !got.Wait || got.Force || got.DryRun {
		t.Errorf("%+v, %v", got, err)
	}
	for _, permission := range []string{"BCPAAS_YES=1", "BCPAAS_YES=true", "BCPAAS_PURGE=1", "BCPAAS_FORCE_PROTECTED=1"} {
		if got, err := parsed(t, newDelete, "cart", permission); err != nil || got.Yes || got.Purge || got.Force {
			t.Errorf("%s permits: %v", permission, err)
		}
	}
	for line, parts := range map[string][]string{
		"deploy/cart": {"name an app, not a workload", "delete deployment/cart"}, "cart@3": {"name an app"}, "cart --dry-run=client": {"--dry-run must be server"}, "": {"needs NAME"},
	} {
		_, err := parsed(t, newDelete, line)
		clitest.WantFault(t, err, fault.Usage, parts...)
	}
}

func TestInitOptions(t *testing.T) {
	got, err := parsed(t, newInit, "hello --image nginx:1.27 --port 80 -f x.yaml --force -p shop")
	if err != nil || got.Flags.Name != "hello" || got.Flags.Image != "nginx:1.27" || got.File != "x.yaml" || !got.Force || got.Flags.Project != "shop" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = parsed(t, newInit, "--from deploy/cart")
	if err != nil || got.From != (inventory.Arg{Kind: "Deployment", Name: "cart"}) || got.File != "-" {
		t.Errorf("%+v, %v", got, err)
	}
	for line, parts := range map[string][]string{
		"": {"needs NAME and --image"}, "hello": {"--image"}, "--image x": {"NAME"}, "--from a/b/c/d": {"no app or workload"}, "--from deploy/x --image y": {"can't be combined"},
	} {
		_, err := parsed(t, newInit, line)
		clitest.WantFault(t, err, fault.Usage, parts...)
	}
}
