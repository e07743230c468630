package app

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/cli/clitest"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/output"
)

func ago(d time.Duration) time.Time { return clitest.Now().Add(-d) }

func ref() diagnosis.Ref { return diagnosis.Ref{Kind: "Deployment", Namespace: "shop", Name: "cart"} }

func rows() []inventory.Workload {
	return []inventory.Workload{
		{
			Project: "shop", Kind: "Deployment", Name: "cart", App: "cart", Release: 7, Wanted: 3, Ready: 1, Updated: 2, CPUMillis: 750, MemoryBytes: 3 << 29,
			Images: []string{"registry.example/shop/cart:9@sha256:" + strings.Repeat("a", 64), "busybox"}, Created: ago(50 * time.Hour),
			Health: inventory.Degraded, Cause: "image not found (2/3 pods)", Code: "image_not_found",
		},
		{Project: "shop", Kind: "CronJob", Name: "nightly, \"quoted\"", Created: ago(time.Minute), Health: inventory.Stopped, CPUMillis: 2000},
	}
}

func sequence[T any](items ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func TestListView(t *testing.T) {
	for name, all := range map[string]bool{"list.golden": false, "list-all.golden": true} {
		clitest.Golden(t, ".", name, clitest.Formats(t, func(p *output.Printer) error {
			return output.PrintList(p, listView(clitest.Now(), all), sequence(rows()...))
		}, "table", "wide", "json", "csv", "name"))
	}
}

func broken() diagnosis.Report {
	r := porttest.Broken(ref()).Reports[0]
	r.Causes[0].Since, r.Causes[0].Nodes = ago(3*time.Minute), []string{"n1", "n2"}
	r.Causes[0].Evidence = append(r.Causes[0].Evidence, diagnosis.Evidence{Kind: diagnosis.FromLog, Object: "pod/cart-1", Text: "one\ntwo\x1b[31m\n"})
	r.Unread = []diagnosis.Unread{{Kind: "events", Reason: "forbidden"}}
	return r
}

func TestWhyView(t *testing.T) {
	clitest.Golden(t, ".", "why.golden", clitest.Formats(t, func(p *output.Printer) error {
		return printReports(p, []diagnosis.Report{broken(), porttest.Well(ref()).Reports[0]}, clitest.Now())
	}, "table", "wide", "json", "csv", "name"))
}

func details() appDetails {
	d := appDetails{Name: "cart", Project: "shop", Health: inventory.Failed, Live: 7, Workloads: []diagnosis.Report{broken()}}
	for id := 8; id > 0; id-- {
		r := app.Release{ID: id, App: "cart", Project: "shop", Time: ago(time.Duration(9-id) * time.Hour), Who: "ada", Verdict: app.Succeeded}
		if id == 8 {
			r.Verdict, r.Cause, r.Message = app.RolledBack, "image_not_found", "new checkout"
		}
		d.Releases = append(d.Releases, r)
	}
	ended := ago(time.Hour)
	d.Releases[1].Verdict, d.Releases[1].Ended = "", &ended // not waited for
	d.Releases[2].Verdict = ""                              // killed
	d.Release = &d.Releases[1]
	d.Release.Images = []app.ReleaseImage{{Component: "main", Image: "x:1", Digest: "sha256:abc"}, {Component: "side", Image: "y:1"}, {Component: "pinned", Image: "z@sha256:d", Digest: "sha256:d"}}
	return d
}

func TestGetView(t *testing.T) {
	clitest.Golden(t, ".", "get.golden", clitest.Formats(t, func(p *output.Printer) error {
		return output.PrintItem(p, getView(clitest.Now()), details())
	}, "table", "wide", "json", "csv", "name"))
}

func plan() *rollout.Plan {
	step := func(kind string, action rollout.Action) rollout.Step {
		return rollout.Step{Ref: app.Ref{APIVersion: "apps/v1", Kind: kind, Namespace: "shop", Name: "cart"}, Action: action}
	}
	object := func(image string) map[string]any {
		return map[string]any{"kind": "Deployment", "metadata": map[string]any{"name": "cart", "uid": "u", "resourceVersion": "7"}, "spec": map[string]any{"image": image}, "status": map[string]any{"x": 1}}
	}
	update := step("Deployment", rollout.Update)
	update.Before, update.After = object("x:1"), object("x:2")
	update.Kept = []app.Kept{{Path: ".spec.replicas", Manager: "kubectl-scale", Live: int64(5), Desired: int64(2)}}
	update.Taken = []string{".spec.image"}
	create := step("Service", rollout.Create)
	create.After = map[string]any{"kind": "Service"}
	remove := step("Ingress", rollout.Remove)
	remove.Before = map[string]any{"kind": "Ingress"}
	return &rollout.Plan{App: "cart", Project: "shop", Cluster: "lab", Last: 3, Base: 2, Steps: []rollout.Step{update, create, remove, step("ConfigMap", rollout.Unchanged)}}
}

func TestPlanView(t *testing.T) {
	show := func(diff bool) func(p *output.Printer) error {
		return func(p *output.Printer) error { return printPlan(p, plan(), diff) }
	}
	clitest.Golden(t, ".", "plan.golden", clitest.Formats(t, show(false), "table", "wide", "json", "csv", "name")+clitest.Formats(t, show(true), "table"))
	if got := diffText(&rollout.Plan{}); got != "no differences\n" {
		t.Errorf("%q", got)
	}
}

func TestOutcomeView(t *testing.T) {
	good := rollout.Outcome{App: "cart", Project: "shop", Cluster: "lab", Release: 7, Verdict: app.Succeeded, Changed: 3, Seconds: 12.345}
	bad := rollout.Outcome{App: "cart", Project: "shop", Cluster: "lab", Release: 8, Verdict: app.RolledBack, Restored: 7, Reports: []diagnosis.Report{broken()}}
	text := ""
	for _, o := range []rollout.Outcome{good, bad, {App: "cart", Project: "shop", Release: 9}} {
		text += clitest.Formats(t, func(p *output.Printer) error { return output.PrintItem(p, outcomeView(), o) }, "table", "csv", "name")
	}
	text += clitest.Formats(t, func(p *output.Printer) error { return output.PrintItem(p, outcomeView(), good) }, "json")
	clitest.Golden(t, ".", "outcome.golden", text)
}

func events() []rollout.Event {
	waiting := porttest.Waiting(ref(), "1 of 2 pods ready")
	lost := porttest.Broken(ref())
	lost.Lost = errors.New("connection refused")
	return []rollout.Event{
		{Type: rollout.EventWaiting, Message: "another deployment is under way, by bob", Held: &rollout.Held{Who: "bob"}},
		{Type: rollout.EventKept, Object: "deployment/cart", Kept: &app.Kept{Path: ".spec.replicas", Manager: "kubectl-scale", Live: int64(5), Desired: int64(2)}},
		{Type: rollout.EventApplied, Object: "deployment/cart", Action: rollout.Update, Release: 7},
		{Type: rollout.EventProgress, Progress: &waiting, Release: 7},
		{Type: rollout.EventProgress, Progress: &waiting, Release: 7}, // nothing new is not said again
		{Type: rollout.EventProgress, Progress: &lost, Release: 7},
		{Type: rollout.EventRestoring, Message: "restoring the state before: it failed", Release: 6},
		{Type: rollout.EventUnchanged, Message: "nothing to change: release 7 is what the file says"},
	}
}

// What a deployment says on its way, to people without a terminal and to programs.
func TestProgress(t *testing.T) {
	failed := errors.New("the cause")
	outcome := rollout.Outcome{App: "cart", Project: "shop", Cluster: "lab", Release: 7, Verdict: app.Failed, Reports: []diagnosis.Report{broken()}}
	text := ""
	for _, format := range []string{"table", "json"} {
		env := clitest.NewEnvHere(t)
		printer, err := output.New(env.Env.Out, output.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		show := progressOf(env.Env)(printer)
		for _, e := range events() {
			show.event(e)
		}
		if err := show.end(outcome, failed); !errors.Is(err, failed) {
			t.Errorf("%v", err)
		}
		text += fmt.Sprintf("== %s, stdout\n%s== stderr\n%s", format, env.Out, env.Err)
	}
	if strings.Contains(text, "\x1b") {
		t.Error("control characters reach the screen")
	}
	clitest.Golden(t, ".", "progress.golden", text)
}

func TestQuietProgress(t *testing.T) {
	env := clitest.NewEnvHere(t)
	env.Global.Quiet = true
	printer, err := output.New(env.Env.Out, output.Options{Format: "name"})
	if err != nil {
		t.Fatal(err)
	}
	show := progressOf(env.Env)(printer)
	show.event(events()[2])
	if err := show.end(rollout.Outcome{App: "cart", Project: "shop", Release: 7}, nil); err != nil || env.Err.Len() != 0 || env.Out.String() != "shop/cart@7\n" {
		t.Errorf("%v, %q, %q", err, env.Err, env.Out)
	}
}

func TestHealthIsTheWorst(t *testing.T) {
	failed, well, waiting := broken(), porttest.Well(ref()).Reports[0], porttest.Waiting(ref()).Reports[0]
	stopped := well
	stopped.Wanted = 0
	for _, c := range []struct {
		reports []diagnosis.Report
		want    inventory.Health
	}{
		{nil, inventory.Healthy},
		{[]diagnosis.Report{well, stopped}, inventory.Stopped},
		{[]diagnosis.Report{waiting, well}, inventory.Progressing},
		{[]diagnosis.Report{well, failed, waiting}, inventory.Failed},
		{[]diagnosis.Report{{Ref: ref(), Verdict: diagnosis.Unknown}}, inventory.Unknown},
	} {
		if got := health(c.reports); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}
