package command_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func env(t *testing.T, environ ...string) (*command.Env, *bytes.Buffer) {
	t.Chdir(t.TempDir())
	var errs bytes.Buffer
	return command.NewEnv("bcpaas", command.Streams{In: strings.NewReader("y\n"), Out: &bytes.Buffer{}, Err: &errs}, environ), &errs
}

func TestConfirmWithoutATerminal(t *testing.T) {
	e, errs := env(t)
	for _, err := range []error{e.Confirm(t.Context(), "Delete it?", false), e.ConfirmName(t.Context(), "Delete it?", "shop", false)} {
		if fault.ExitCode(err) != 2 || !strings.Contains(err.Error(), "there is no terminal: Delete it?") || !strings.Contains(fault.ReportOf(err).Hint, "--yes") {
			t.Errorf("%v", err)
		}
	}
	if err := errors.Join(e.Confirm(t.Context(), "?", true), e.ConfirmName(t.Context(), "?", "shop", true)); err != nil || errs.Len() != 0 {
		t.Errorf("%v, %q", err, errs)
	}
}

func TestGetenvTakesTheLast(t *testing.T) {
	e, _ := env(t, "A=1", "AB=2", "A=3=x")
	if e.Getenv("A") != "3=x" || e.Getenv("B") != "" {
		t.Errorf("%q", e.Getenv("A"))
	}
}

func TestCacheDir(t *testing.T) {
	for environ, want := range map[string]string{
		"": "", "HOME=/h": "/h/.cache/bcpaas", "HOME=/h XDG_CACHE_HOME=/c": "/c/bcpaas", "HOME=/h XDG_CACHE_HOME=relative": "/h/.cache/bcpaas",
		"USERPROFILE=/u": "/u/.cache/bcpaas", "LocalAppData=/l HOME=/h": "/l/bcpaas/cache",
	} {
		if e, _ := env(t, strings.Fields(environ)...); e.CacheDir() != want {
			t.Errorf("%s: %q", environ, e.CacheDir())
		}
	}
}

func TestNotes(t *testing.T) {
	e, errs := env(t)
	e.Note("a %s", "\x1b[2J")
	e.Global.Quiet = true
	e.Note("silent")
	e.Warn("w")
	if got := errs.String(); strings.Contains(got, "\x1b") || strings.Contains(got, "silent") || !strings.HasSuffix(got, "warning: w\n") {
		t.Errorf("%q", got)
	}
}

func TestPrinterTellsWhereABadFormatCameFrom(t *testing.T) {
	e, _ := env(t, "BCPAAS_OUTPUT=jsn")
	_, err := e.Printer()
	if fault.ExitCode(err) != 2 || !strings.Contains(fmt.Sprint(err), "BCPAAS_OUTPUT") {
		t.Errorf("%v", err)
	}
}

func TestSettings(t *testing.T) {
	e, _ := env(t, "BCPAAS_PROJECT=bank")
	settings, err := e.Settings()
	if err != nil || settings.Project != "bank" {
		t.Errorf("%+v, %v", settings, err)
	}
	if again, _ := e.Settings(); again != settings {
		t.Error("read twice")
	}
	e, _ = env(t, "BCPAAS_CONFIG="+filepath.Join(t.TempDir(), "none"))
	if err := os.WriteFile(".bcpaas.yaml", []byte("cluster: evil\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Settings(); fault.ExitCode(err) != 2 {
		t.Errorf("a cloned repository chooses the cluster: %v", err)
	}
}

func TestTimeout(t *testing.T) {
	for environ, want := range map[string]time.Duration{"": time.Minute, "BCPAAS_TIMEOUT=90s": 90 * time.Second, "BCPAAS_TIMEOUT=0": 0} {
		e, _ := env(t, environ)
		if got, err := e.Timeout(time.Minute)(); got != want || err != nil {
			t.Errorf("%s: %s, %v", environ, got, err)
		}
	}
	for limit, bounded := range map[time.Duration]bool{0: false, time.Minute: true} {
		ctx, cancel := command.Within(t.Context(), limit)
		if _, got := ctx.Deadline(); got != bounded {
			t.Errorf("%s: %v", limit, got)
		}
		cancel()
	}
}

func TestArgs(t *testing.T) {
	for _, c := range []struct {
		names, args string
		says        string
	}{
		{"NAME", "a", ""},
		{"NAME", "", "x needs NAME"},
		{"NAME", "a b", `x takes no argument "b"`},
		{"", "a", `takes no argument "a"`},
		{"[NAME]", "", ""},
		{"[NAME]", "a b", `"b"`},
		{"A B", "a", "x needs B"},
		{"A B", "", "x needs A B"},
		{"NAME...", "a b c", ""},
		{"NAME...", "", "needs NAME..."},
		{"[NAME...]", "", ""},
	} {
		err := command.Args(strings.Fields(c.names)...)(&cobra.Command{Use: "x"}, strings.Fields(c.args))
		if (c.says == "") != (err == nil) || (err != nil && (!strings.Contains(err.Error(), c.says) || fault.ExitCode(err) != 2)) {
			t.Errorf("%s with %q: %v", c.names, c.args, err)
		}
	}
}

func TestChoice(t *testing.T) {
	if err := command.Choice("--x", "a", "a", "b"); err != nil {
		t.Error(err)
	}
	err := command.Choice("--network", "isolatd", "open", "isolated")
	if fault.ExitCode(err) != 2 || err.Error() != `--network must be one of open, isolated, not "isolatd"` || fault.ReportOf(err).Hint != "did you mean isolated?" {
		t.Errorf("%v", err)
	}
}

func TestServerDryRun(t *testing.T) {
	for mode, want := range map[string]bool{"": false, "server": true} {
		if got, err := command.ServerDryRun(mode); got != want || err != nil {
			t.Errorf("%q: %v, %v", mode, got, err)
		}
	}
	if _, err := command.ServerDryRun("client"); fault.ExitCode(err) != 2 {
		t.Errorf("%v", err)
	}
}

func TestEveryFlagOfAllCommands(t *testing.T) {
	e, _ := env(t)
	cmd := &cobra.Command{Use: "x", RunE: func(*cobra.Command, []string) error { return nil }, SilenceUsage: true, SilenceErrors: true}
	command.AddGlobal(cmd.PersistentFlags(), e.Global)
	command.AddOutput(cmd, e.Global)
	command.AddProject(cmd, e.Global)
	command.AddAllProjects(cmd, e.Global)
	command.AddTimeout(cmd, e.Global, "how long")
	cmd.SetArgs(strings.Fields("--profile p --cluster c --context k --as eve --as-group a --as-group b -q -vv -o csv -n shop --no-headers --timeout 5s --color never"))
	if err := cmd.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := e.Global
	got := fmt.Sprint(g.Given("profile"), g.Given("cluster"), g.Context, g.As, g.AsGroups, g.Quiet, g.Verbose, g.Given("output"), g.Given("project"), g.NoHeaders, g.Given("timeout"), g.Given("color"))
	if got != "p c k eve [a b] true 2 csv shop true 5s never" && strings.ReplaceAll(got, " ", "") != "pckeve[ab]true2csvshoptrue5snever" {
		t.Errorf("%s", got)
	}
}
