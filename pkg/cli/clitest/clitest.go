// Package clitest makes environments for tests of verbs, and compares what they print with golden files. No product code
// imports it.
package clitest

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Now is the time in all tests.
func Now() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// Env is an environment without terminal, home or cluster, and what was written to it.
type Env struct {
	*command.Env
	Out, Err *bytes.Buffer
}

// NewEnv makes an environment; environ are variables such as NAME=VALUE. The working folder is a new, empty one.
func NewEnv(t testing.TB, environ ...string) Env {
	t.Helper()
	if setter, ok := t.(interface{ Chdir(string) }); ok {
		setter.Chdir(t.TempDir())
	}
	return NewEnvHere(t, environ...)
}

// NewEnvHere makes an environment in the working folder as it is.
func NewEnvHere(_ testing.TB, environ ...string) Env {
	out, err := &bytes.Buffer{}, &bytes.Buffer{}
	env := command.NewEnv("bcpaas", command.Streams{In: strings.NewReader(""), Out: out, Err: err}, environ)
	env.Now = Now
	return Env{Env: env, Out: out, Err: err}
}

// Parse runs a verb's command line, given as words.
func Parse(cmd *cobra.Command, env *command.Env, args ...string) error {
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetFlagErrorFunc(command.FlagFault)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	command.AddGlobal(cmd.PersistentFlags(), env.Global)
	if args == nil {
		args = []string{}
	}
	cmd.SetArgs(args)
	return cmd.ExecuteContext(context.Background())
}

// WantFault checks kind and words of a fault; words may be in its hint.
func WantFault(t testing.TB, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one of kind %d with %q", kind, parts)
	}
	if got := fault.KindOf(err); got != kind {
		t.Errorf("kind %d, want %d: %v", got, kind, err)
	}
	report := fault.ReportOf(err)
	for _, part := range parts {
		if !strings.Contains(report.Message+"\n"+report.Hint, part) {
			t.Errorf("%q is not in %q, hint %q", part, report.Message, report.Hint)
		}
	}
}

// Formats prints by each format in turn, with a header that names it.
func Formats(t testing.TB, show func(*output.Printer) error, formats ...string) string {
	t.Helper()
	var all bytes.Buffer
	for _, format := range formats {
		all.WriteString("== " + format + "\n")
		printer, err := output.New(&all, output.Options{Format: format})
		if err == nil {
			err = show(printer)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// Golden compares with testdata/NAME, or with UPDATE_GOLDEN=1 writes it anew. root is the package's folder.
func Golden(t testing.TB, root, name, got string) {
	t.Helper()
	file := filepath.Join(root, "testdata", name)
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; UPDATE_GOLDEN=1 writes it anew):\n%s", name, diff)
	}
}
