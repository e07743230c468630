package rollout

import (
	"context"
	"fmt"
	"sync"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/manifest"
)

// Action is what a deployment does to one object.
type Action string

// The actions.
const (
	Create    Action = "create"
	Update    Action = "update"
	Unchanged Action = "unchanged"
	Remove    Action = "delete"
)

// Step is one object of a plan.
type Step struct {
	app.Ref
	Action Action     `json:"action"`
	Kept   []app.Kept `json:"kept,omitempty"`  // live values that stay, since the file did not change them
	Taken  []string   `json:"taken,omitempty"` // fields taken from their owner, since the file changed them or --reset was given

	Before map[string]any `json:"before,omitempty"` // live before; Secrets are masked
	After  map[string]any `json:"after,omitempty"`  // what the server makes of it; Secrets are masked

	body  map[string]any // to apply: kept fields are dropped
	last  map[string]any // what the last release applied; nil when it had no such object
	live  map[string]any // before, unmasked; nil: not there
	force bool
	owner map[string]string // of Taken: who owned each
}

// Plan is what a deployment would do.
type Plan struct {
	App     string `json:"app"`
	Project string `json:"project"`
	Cluster string `json:"cluster"`
	Last    int    `json:"lastRelease,omitempty"` // the newest release
	Base    int    `json:"liveRelease,omitempty"` // the release whose content is live
	Steps   []Step `json:"steps"`

	hash   string
	chunks [][]byte
	head   Head
}

// Changes counts the steps that change something.
func (p *Plan) Changes() int {
	n := 0
	for _, step := range p.Steps {
		if step.Action != Unchanged {
			n++
		}
	}
	return n
}

// atOnce bounds the requests of one plan under way at a time.
const atOnce = 6

// Make finds out what deploying objects would do. The server checks each change (a dry run), so that what it refuses is
// known before anything is changed. Fields that others own and nobody decided about give a Conflict fault that lists them.
func Make(ctx context.Context, ports Ports, request Request) (*Plan, error) {
	a, objects := request.App, request.Objects
	plan := &Plan{App: a.Name, Project: objects[0].Namespace, Cluster: ports.Cluster.Name()}
	document, err := a.Document()
	if err != nil {
		return nil, err
	}
	if plan.hash, plan.chunks, err = app.EncodeContent(append(app.Content(objects), document)); err != nil {
		return nil, err
	}
	if plan.head, err = ports.Records.Head(ctx, plan.Project, a.Name); err != nil {
		return nil, err
	}
	plan.Last, plan.Base = plan.head.Last, plan.head.Base
	releases, err := ports.Records.Releases(ctx, plan.Project, a.Name)
	if err != nil {
		return nil, err
	}
	last, err := baseContent(ctx, ports.Records, releases, plan.Base)
	if err != nil {
		return nil, err
	}
	if plan.Steps, err = steps(ctx, ports.Cluster, request, last); err != nil {
		return nil, err
	}
	removals, err := removals(ctx, ports.Cluster, a.Name, releases, objects)
	plan.Steps = append(plan.Steps, removals...)
	return plan, err
}

// baseContent is what is live by our own doing, by object.
func baseContent(ctx context.Context, records Records, releases []app.Release, base int) (map[string]map[string]any, error) {
	for _, release := range releases {
		if release.ID == base {
			bodies, err := records.Content(ctx, release)
			return byRef(bodies), err
		}
	}
	return nil, nil // never deployed, or by a deployment that died right after its number was taken
}

// removals are the objects of earlier releases that the app no longer has. All kept releases count, not only the last:
// a release that failed left behind what it would have removed. What is no longer marked as the app's is somebody else's.
func removals(ctx context.Context, cluster Cluster, name string, releases []app.Release, objects []app.Object) ([]Step, error) {
	var out []Step
	seen := map[app.Ref]bool{}
	for _, release := range releases {
		for _, gone := range app.Prune(release.Objects, app.Refs(objects)) {
			if seen[gone] {
				continue
			}
			seen[gone] = true
			live, err := cluster.Live(ctx, gone)
			if err != nil {
				return nil, err
			}
			if live != nil && app.Owns(name, live) {
				out = append(out, Step{Ref: gone, Action: Remove, Before: redacted(live), live: live})
			}
		}
	}
	return out, nil
}

// LastApp is the App as it was deployed last; nil when it never was.
func LastApp(ctx context.Context, records Records, project, name string) (*app.App, error) {
	head, err := records.Head(ctx, project, name)
	if err != nil || head.Base == 0 {
		return nil, err
	}
	releases, err := records.Releases(ctx, project, name)
	if err != nil {
		return nil, err
	}
	content, err := baseContent(ctx, records, releases, head.Base)
	if err != nil || content == nil {
		return nil, err
	}
	return app.FromDocument(content[app.Kind+"/"+name])
}

func byRef(bodies []map[string]any) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, body := range bodies {
		out[bodyKey(body)] = body
	}
	return out
}

func bodyKey(body map[string]any) string {
	metadata, _ := body["metadata"].(map[string]any)
	return fmt.Sprint(body["kind"], "/", metadata["name"])
}

// steps looks at all objects, a few at a time, and keeps their order.
func steps(ctx context.Context, cluster Cluster, request Request, last map[string]map[string]any) ([]Step, error) {
	objects := request.Objects
	out := make([]Step, len(objects))
	refused := make([][]app.FieldConflict, len(objects))
	faults := make([]error, len(objects))
	slots := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for i, object := range objects {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i], refused[i], faults[i] = step(ctx, cluster, object, last[object.Kind+"/"+object.Name], request)
		})
	}
	group.Wait()
	for _, err := range faults {
		if err != nil {
			return nil, err
		}
	}
	return out, conflictFault(objects, refused)
}

func step(ctx context.Context, cluster Cluster, object app.Object, last map[string]any, request Request) (Step, []app.FieldConflict, error) {
	s := Step{Ref: object.Ref, Action: Update, body: object.ApplyBody(), last: last}
	live, err := cluster.Live(ctx, object.Ref)
	if err != nil {
		return s, nil, err
	}
	if other := app.OwnerOf(live); other != "" && other != app.OwnerOf(object.Body) {
		return s, nil, fault.New(fault.Conflict, "%s belongs to app %s, which has a component of that name", object.Ref, other).
			WithCode("name_taken").On(object.Namespace + "/" + object.Ref.String()).WithHint("give the app or its component another name")
	}
	s.live, s.Before = live, redacted(live)
	if live == nil {
		s.Action = Create
	}
	if live != nil && manifest.Holds(live, app.Content([]app.Object{object})[0]) && sameRelease(object, last) {
		s.Action, s.After = Unchanged, s.Before
		return s, nil, nil
	}
	carry(live, s.body)
	after, conflicts, err := cluster.Apply(ctx, object.Ref, s.body, Mode{DryRun: true})
	if err == nil && len(conflicts) > 0 {
		var refused []app.FieldConflict
		if refused, err = s.settle(conflicts, request); err != nil || len(refused) > 0 {
			return s, refused, err
		}
		after, conflicts, err = cluster.Apply(ctx, object.Ref, s.body, Mode{DryRun: true, Force: s.force})
		if err == nil && len(conflicts) > 0 {
			return s, conflicts, nil
		}
	}
	if err != nil {
		return s, nil, immutable(err, object.Ref)
	}
	s.After = redacted(after)
	if live != nil && same(live, after) {
		s.Action = Unchanged
	}
	return s, nil, nil
}

func redacted(body map[string]any) map[string]any {
	if body == nil {
		return nil
	}
	out := app.Redact(body)
	if metadata, ok := out["metadata"].(map[string]any); ok {
		delete(metadata, "managedFields")
	}
	return out
}
