package rollout_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/app/rollout/porttest"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

const secret = "hunter2-is-not-to-be-seen"

// world is a deployment's surroundings, and what it told.
type world struct {
	t       *testing.T
	cluster *porttest.Cluster
	records *porttest.Records
	locker  *porttest.Locker
	watcher *porttest.Watcher
	events  []rollout.Event
	onEvent func(rollout.Event)
}

func newWorld(t *testing.T) *world {
	return &world{t: t, cluster: porttest.NewCluster(), records: porttest.NewRecords(), locker: porttest.NewLocker(), watcher: &porttest.Watcher{}}
}

func (w *world) ports() rollout.Ports {
	return rollout.Ports{Cluster: w.cluster, Records: w.records, Locker: w.locker, Watcher: w.watcher}
}

// cart is an app with two replicas, a service, a config file and a secret.
func cart(t *testing.T, image string, more string) *app.App {
	t.Helper()
	a, err := app.Parse([]byte(`apiVersion: bcpaas.io/v1
kind: App
name: cart
project: shop
components:
  - image: `+image+`
    ports: [{port: 8080}]
    replicas: 2
`+more), app.ParseOptions{File: "app.yaml"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// image is a version of the app without more.
func image(t *testing.T, tag string) *app.App { return cart(t, "registry.example/cart:"+tag, "") }

func request(t *testing.T, a *app.App, change ...func(*rollout.Request)) rollout.Request {
	t.Helper()
	objects, err := app.Compile(a, app.CompileOptions{
		Namespace: "shop", Getenv: func(string) (string, bool) { return secret, true },
		ReadFile: func(string) ([]byte, error) { return []byte(secret), nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rollout.Request{
		App: a, Objects: objects, Holder: "run-1", Message: "m", Owner: app.Owner{Commit: "1f2e3d4"}, Wait: true, Timeout: 300 * time.Millisecond, Keep: 10,
	}
	for _, c := range change {
		c(&r)
	}
	return r
}

func atomic(r *rollout.Request)  { r.Atomic = true }
func reset(r *rollout.Request)   { r.Reset = true }
func noWait(r *rollout.Request)  { r.Wait = false }
func patient(r *rollout.Request) { r.Timeout = 0 }

// run deploys, and checks what holds for every deployment: the lock is given back, and no secret is told.
func (w *world) run(ctx context.Context, r rollout.Request) (rollout.Outcome, error) {
	w.t.Helper()
	w.events = nil
	outcome, err := rollout.Run(ctx, w.ports(), r, func(e rollout.Event) {
		w.events = append(w.events, e)
		if w.onEvent != nil {
			w.onEvent(e)
		}
	})
	if n := w.locker.Held(); n != 0 {
		w.t.Errorf("%d locks are left", n)
	}
	told, marshal := json.Marshal([]any{outcome, fmt.Sprint(err), w.kinds(), w.events})
	if marshal != nil || strings.Contains(string(told), secret) {
		w.t.Errorf("a secret is in what was told, or %v", marshal)
	}
	return outcome, err
}

// good deploys, which must succeed.
func (w *world) good(r rollout.Request) rollout.Outcome {
	w.t.Helper()
	outcome, err := w.run(w.t.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	return outcome
}

func (w *world) kinds() string {
	var out []string
	for _, e := range w.events {
		out = append(out, string(e.Type))
	}
	return strings.Join(slices.Compact(out), " ")
}

func deployment() app.Ref {
	return app.Ref{APIVersion: "apps/v1", Kind: "Deployment", Resource: "deployments", Namespace: "shop", Name: "cart"}
}

func workload() diagnosis.Ref {
	return diagnosis.Ref{Kind: "Deployment", Namespace: "shop", Name: "cart"}
}

const imagePath = `.spec.template.spec.containers[name="main"].image`

func (w *world) field(path string) string {
	w.t.Helper()
	live, err := w.cluster.Live(context.Background(), deployment())
	if err != nil {
		w.t.Fatal(err)
	}
	value, there := app.FieldAt(live, path)
	if !there {
		return "nothing"
	}
	return fmt.Sprint(value)
}

func (w *world) head() string {
	head, _ := w.records.Head(context.Background(), "shop", "cart")
	return fmt.Sprintf("last %d base %d", head.Last, head.Base)
}

// releases are the recorded ones as "ID verdict cause", newest first.
func (w *world) releases() []string {
	all, _ := w.records.Releases(context.Background(), "shop", "cart")
	var out []string
	for _, r := range all {
		out = append(out, strings.TrimSpace(fmt.Sprint(r.ID, " ", r.Verdict, " ", r.Cause)))
	}
	return out
}

func (w *world) equal(what string, got, want any) {
	w.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func wantFault(t *testing.T, err error, exit int, parts ...string) {
	t.Helper()
	if fault.ExitCode(err) != exit {
		t.Errorf("exit code %d, want %d: %v", fault.ExitCode(err), exit, err)
	}
	for _, part := range parts {
		if !strings.Contains(fmt.Sprint(err), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
}

func replicas(n int64) func(map[string]any) {
	return func(body map[string]any) { body["spec"].(map[string]any)["replicas"] = n }
}

func liveImage(image string) func(map[string]any) {
	return func(body map[string]any) {
		template := body["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)
		template["containers"].([]any)[0].(map[string]any)["image"] = image
	}
}
