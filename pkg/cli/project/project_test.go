package project

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/cli/clitest"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/project"
)

// memory is a store of projects; calls are noted.
type memory struct {
	projects map[string]project.Project
	calls    []string
	stays    bool // deleted projects stay
	fails    error
}

func (m *memory) note(format string, args ...any) error {
	m.calls = append(m.calls, fmt.Sprintf(format, args...))
	return m.fails
}

func (m *memory) List(context.Context) iter.Seq2[project.Project, error] {
	return func(yield func(project.Project, error) bool) {
		for _, p := range all() {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (m *memory) Get(_ context.Context, name string) (project.Project, error) {
	if p, there := m.projects[name]; there {
		return p, nil
	}
	return project.Project{}, fault.New(fault.NotFound, "no project %s", name)
}

func (m *memory) Create(_ context.Context, spec project.Spec, dryRun bool) (project.Created, error) {
	_, there := m.projects[spec.Name]
	return project.Created{Project: spec.Name, Existed: there, DryRun: dryRun}, m.note("create %s %v", spec.Name, dryRun)
}

func (m *memory) Protect(_ context.Context, name string, on bool) (bool, error) {
	return m.projects[name].Protected != on, m.note("protect %s %v", name, on)
}

func (m *memory) Delete(_ context.Context, name string, dryRun bool) error {
	if !dryRun && !m.stays {
		delete(m.projects, name)
	}
	return m.note("delete %s %v", name, dryRun)
}

func all() []project.Project {
	created := clitest.Now().Add(-50 * time.Hour)
	return []project.Project{
		{
			Name: "shop", Status: "Active", Managed: true, Owner: "ada", Description: "the shop", Created: created, Contents: map[string]int{"deployments": 3, "pods": 1},
			Quotas: []project.Quota{{Resource: "requests.cpu", Used: "1500m", Hard: "4"}},
		},
		{Name: "kube-system", Status: "Active", Protected: true, Created: created},
		{Name: "old", Status: "Terminating", Created: created, Blockers: []string{"finalizers remain: example.org/x"}},
	}
}

func newMemory() *memory {
	m := &memory{projects: map[string]project.Project{}}
	for _, p := range all() {
		m.projects[p.Name] = p
	}
	return m
}

func TestViews(t *testing.T) {
	text := clitest.Formats(t, func(p *output.Printer) error {
		return output.PrintList(p, view(clitest.Now()), newMemory().List(t.Context()))
	},
		"table", "wide", "json", "csv", "name")
	for _, item := range all() {
		text += clitest.Formats(t, func(p *output.Printer) error { return output.PrintItem(p, view(clitest.Now()), item) }, "table", "json", "csv")
	}
	for _, created := range []project.Created{{Project: "shop"}, {Project: "shop", Existed: true}, {Project: "shop", DryRun: true}} {
		text += clitest.Formats(t, func(p *output.Printer) error { return output.PrintItem(p, createdView(), created) }, "csv", "name")
	}
	clitest.Golden(t, ".", "project.golden", text)
}

// on gives a verb that runs with a store instead of a cluster.
func on[O any](store func(*O), run runner[O]) runner[O] {
	return func(ctx context.Context, o O) error { store(&o); return run(ctx, o) }
}

func execute(t *testing.T, m *memory, line string) (clitest.Env, error) {
	t.Helper()
	env := clitest.NewEnv(t)
	connect := func() (project.Store, error) {
		if m == nil {
			return nil, errors.New("it connects")
		}
		return m, nil
	}
	cluster := func() (string, error) { return "lab", nil }
	noun := command.Group("project", "", "",
		newList(env.Env, on(func(o *listOptions) { o.Store = connect }, runList)),
		newGet(env.Env, on(func(o *getOptions) { o.Store = connect }, runGet)),
		newCreate(env.Env, on(func(o *createOptions) { o.Store = connect }, runCreate)),
		newProtect(env.Env, true, on(func(o *protectOptions) { o.Store = connect }, runProtect)),
		newProtect(env.Env, false, on(func(o *protectOptions) { o.Store = connect }, runProtect)),
		newDelete(env.Env, on(func(o *deleteOptions) { o.Store, o.ClusterAddress = connect, cluster }, runDelete)),
	)
	return env, clitest.Parse(noun, env.Env, strings.Fields(line)...)
}

func TestVerbs(t *testing.T) {
	for line, c := range map[string]struct {
		exit  int
		says  string
		calls string
	}{
		"list -o name":                            {0, "shop\nkube-system\nold\n", "[]"},
		"get shop":                                {0, "1500m of 4", "[]"},
		"get none":                                {3, "", "[]"},
		"create new -o name":                      {0, "new\n", "[create new false]"},
		"create new --dry-run=server":             {0, "would be created", "[create new true]"},
		"create shop":                             {0, "nothing to do", "[create shop false]"},
		"protect shop":                            {0, "protected now", "[protect shop true]"},
		"protect kube-system":                     {0, "already", "[protect kube-system true]"},
		"unprotect kube-system -y":                {2, "", "[]"},
		"unprotect shop":                          {2, "", "[]"},
		"unprotect shop -y":                       {0, "already", "[protect shop false]"},
		"delete none -y":                          {0, "nothing to do", "[]"},
		"delete shop":                             {2, "", "[]"},
		"delete shop -y":                          {0, "project shop is deleted", "[delete shop false]"},
		"delete shop -y --wait=false":             {0, "is being deleted", "[delete shop false]"},
		"delete shop --dry-run=server":            {0, "would be deleted with 3 deployments, 1 pod", "[delete shop true]"},
		"delete kube-system -y":                   {2, "", "[]"},
		"delete kube-system -y --force-protected": {0, "is deleted", "[delete kube-system false]"},
		"delete kube-system --dry-run=server --timeout 0": {2, "", "[]"},
	} {
		t.Run(line, func(t *testing.T) {
			m := newMemory()
			env, err := execute(t, m, line)
			if fault.ExitCode(err) != c.exit || !strings.Contains(env.Out.String()+env.Err.String(), c.says) || fmt.Sprint(m.calls) != c.calls {
				t.Errorf("%v\nstdout %s\nstderr %s\ncalls %v", err, env.Out, env.Err, m.calls)
			}
		})
	}
}

func TestBadLinesConnectToNothing(t *testing.T) {
	for line, parts := range map[string][]string{
		"create Shop_A":               {"project name", "shop-a would do"},
		"create":                      {"needs PROJECT"},
		"create shop --quota huge":    {"want small, medium, large"},
		"create shop --network iso":   {"--network must be one of"},
		"create shop --dry-run=yes":   {"--dry-run must be server"},
		"create shop -o nope":         {"nope"},
		"delete shop --dry-run=x":     {"--dry-run must be server"},
		"delete":                      {"needs PROJECT"},
		"get shop other":              {`takes no argument "other"`},
		"list -o":                     {"flag needs an argument"},
		"delete shop --force":         {"unknown flag: --force"},
		"unprotect kube-system -y":    {"always protected"},
		"delete shop --timeout later": {"timeout"},
	} {
		t.Run(line, func(t *testing.T) {
			_, err := execute(t, nil, line)
			clitest.WantFault(t, err, fault.Usage, parts...)
		})
	}
}

func TestCreateOptions(t *testing.T) {
	for line, want := range map[string]string{
		"shop": "map[] false false", "shop --quota small": "map[cpu memory pods] true false", "shop --quota small --limits=false": "map[cpu memory pods] false false",
		"shop --limits --network isolated": "map[] true true",
	} {
		env := clitest.NewEnv(t)
		var got createOptions
		err := clitest.Parse(newCreate(env.Env, func(_ context.Context, o createOptions) error { got = o; return nil }), env.Env, strings.Fields(line)...)
		var names []string
		for _, name := range []string{"cpu", "memory", "pods"} {
			if _, there := got.Spec.Quota[name]; there {
				names = append(names, name)
			}
		}
		if text := fmt.Sprintf("map%v %v %v", names, got.Spec.Limits, got.Spec.Isolated); text != want || err != nil {
			t.Errorf("%s: %s, %v", line, text, err)
		}
	}
}

func TestDeletionThatDoesNotEnd(t *testing.T) {
	m := newMemory()
	m.stays = true
	_, err := execute(t, m, "delete old -y --timeout 10ms")
	clitest.WantFault(t, err, fault.NoVerdict, "not gone after 10ms: finalizers remain: example.org/x", "bcpaas project get old")
	_, err = execute(t, m, "delete shop -y --timeout 10ms")
	clitest.WantFault(t, err, fault.NoVerdict, "still there: 3 deployments, 1 pod")
}

func TestQuestionNamesClusterAndContents(t *testing.T) {
	_, err := execute(t, newMemory(), "delete shop")
	clitest.WantFault(t, err, fault.Usage, "Delete project shop on cluster lab for good, with 3 deployments, 1 pod?", "--yes")
}
