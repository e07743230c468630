package config

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

const head = "apiVersion: bcpaas.io/v1\nkind: Config\n"

const two = head + `currentProfile: office
profiles:
  office:
    clusters:
      prod: {context: prod-admin}
      test: {context: test}
    defaultCluster: test
    project: shop # ours
    timeout: 5m
    harbor:
      url: https://harbor.example
    kafka:
      brokers: ['k1:9092', 'k2:9092']
  "lab 1": {}
`

// place is a home folder of its own.
type place struct {
	home string
	vars map[string]string
}

func newPlace(t *testing.T, content string) *place {
	t.Helper()
	home := t.TempDir()
	t.Chdir(home)
	p := &place{home, map[string]string{"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, "xdg")}}
	if content != "" {
		p.write(t, content)
	}
	return p
}

func (p *place) file() string { return filepath.Join(p.home, "xdg", "bcpaas", "config.yaml") }

func (p *place) write(t *testing.T, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(p.file()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.file(), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *place) read(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(p.file())
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func (p *place) env() (*command.Env, *bytes.Buffer, *bytes.Buffer) {
	var out, errs bytes.Buffer
	var environ []string
	for name, value := range p.vars {
		environ = append(environ, name+"="+value)
	}
	env := command.NewEnv("bcpaas", command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, environ)
	env.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	return env, &out, &errs
}

// root is the tree with this noun alone.
func root(env *command.Env, nouns ...*cobra.Command) *cobra.Command {
	root := command.Group("bcpaas", "", "", nouns...)
	root.Use, root.SilenceErrors, root.SilenceUsage = "bcpaas", true, true
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	root.SetFlagErrorFunc(command.FlagFault)
	command.AddGlobal(root.PersistentFlags(), env.Global)
	CompleteFlags(root, env)
	return root
}

type result struct {
	out, errs string
	err       error
}

// run gives what one command line prints, the place's own path written as HOME.
func (p *place) run(t *testing.T, args ...string) result {
	t.Helper()
	env, out, errs := p.env()
	root := root(env, New(env))
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return result{strings.ReplaceAll(out.String(), p.home, "HOME"), strings.ReplaceAll(errs.String(), p.home, "HOME"), err}
}

// said is all that Main would print of the error.
func (r result) said(p *place) string {
	report := fault.ReportOf(r.err)
	return strings.ReplaceAll(report.Message+"\n"+report.Hint, p.home, "HOME")
}

// options parses a command line and says what its run would get; nothing when it is refused.
func options[O any](t *testing.T, build func(*command.Env, runner[O]) *cobra.Command, say func(O) string, args ...string) (got string, err error) {
	t.Helper()
	env, _, _ := newPlace(t, "").env()
	root := root(env, build(env, func(_ context.Context, o O) error {
		got = say(o)
		return nil
	}))
	root.SetArgs(args)
	err = root.ExecuteContext(t.Context())
	return got, err
}
