package version

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/cli/clitest"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestVersion(t *testing.T) {
	for _, c := range []struct {
		line, server string
		fails        error
		exit         int
		says         string
	}{
		{"", "", errors.New("asked"), 0, "not asked"},
		{"--check", "v1.34.4", nil, 0, "lab v1.34.4"},
		{"--check", "v1.27.0-gke.1", nil, 0, "lab v1.27.0"},
		{"--check -o json", "v1.26.9", nil, 9, `"supported": false`},
		{"--check", "nonsense", nil, 9, ""},
		{"--check", "", fault.New(fault.NoVerdict, "gone"), 7, ""},
		{"-o nope", "", nil, 2, ""},
		{"extra", "", nil, 2, ""},
	} {
		env := clitest.NewEnv(t)
		err := clitest.Parse(newVersion(env.Env, func(ctx context.Context, o versionOptions) error {
			o.Server = func(context.Context) (string, string, error) { return "lab", c.server, c.fails }
			return runVersion(ctx, o)
		}), env.Env, strings.Fields(c.line)...)
		if fault.ExitCode(err) != c.exit || !strings.Contains(env.Out.String(), c.says) {
			t.Errorf("%s with %q: %v\n%s", c.line, c.server, err, env.Out)
		}
	}
}

func TestView(t *testing.T) {
	info := Info{Version: "v1.2.3", Commit: "abc", GoVersion: "go1.26", Platform: "linux/amd64", Cluster: &Cluster{Name: "lab", Version: "v1.26.0", Oldest: Oldest}}
	clitest.Golden(t, ".", "version.golden", clitest.Formats(t, func(p *output.Printer) error { return output.PrintItem(p, view(), info) }, "table", "wide", "json", "csv", "name"))
}
