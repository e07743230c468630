// Package porttest has the ports of package rollout in memory, for tests, and the contract that they and the real store
// both keep. No product code imports it.
package porttest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Manager is the field manager of what is applied.
const Manager = "bcpaas"

// Cluster keeps objects, and who owns which field, as far as the rules of a deployment need it.
type Cluster struct {
	Projects []string
	Clock    time.Time
	Actor    string
	// Refuse, when set, may fail a request: verb is apply, dry or delete.
	Refuse func(verb string, ref app.Ref) error

	mu      sync.Mutex
	version int
	objects map[app.Ref]*object
	writes  []string
}

type object struct {
	body   map[string]any
	owners map[string]string // by path
}

// NewCluster makes a cluster with project shop.
func NewCluster() *Cluster {
	return &Cluster{Projects: []string{"shop"}, Actor: "ada@example.org", Clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), objects: map[app.Ref]*object{}}
}

// Name is "lab".
func (c *Cluster) Name() string { return "lab" }

// Now is Clock.
func (c *Cluster) Now() time.Time { return c.Clock }

// Who is Actor.
func (c *Cluster) Who(ctx context.Context) (string, error) { return c.Actor, ctx.Err() }

// CheckProject knows Projects.
func (c *Cluster) CheckProject(_ context.Context, project string) error {
	if slices.Contains(c.Projects, project) {
		return nil
	}
	return fault.New(fault.NotFound, "project %s does not exist", project)
}

// Writes are the changes so far, such as "apply deployment/cart".
func (c *Cluster) Writes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.writes)
}

// Refs are the objects that are there, sorted.
func (c *Cluster) Refs() []app.Ref {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Keys(c.objects), func(a, b app.Ref) int { return strings.Compare(a.String(), b.String()) })
}

// Names are the objects that are there, such as "deployment/cart", sorted.
func (c *Cluster) Names() []string {
	var names []string
	for _, ref := range c.Refs() {
		names = append(names, ref.String())
	}
	return names
}

// Live reads an object.
func (c *Cluster) Live(ctx context.Context, ref app.Ref) (map[string]any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if held := c.objects[ref]; held != nil {
		return clone(held.body), nil
	}
	return nil, nil
}

func (c *Cluster) check(ctx context.Context, verb string, ref app.Ref) error {
	if err := ctx.Err(); err != nil { // as the real store's client says it
		return fault.New(fault.Interrupted, "%s %s: %w", verb, ref, err)
	}
	if c.Refuse != nil {
		return c.Refuse(verb, ref)
	}
	return nil
}

// Return merges a part in the name of a manager.
func (c *Cluster) Return(ctx context.Context, ref app.Ref, part map[string]any, manager string) error {
	if err := c.check(ctx, "return", ref); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.objects[ref]
	merge(held.body, clone(part))
	for path := range leaves(part) {
		held.owners[path] = manager
	}
	c.version++
	c.writes = append(c.writes, "return "+ref.String()+" to "+manager)
	return nil
}

// Apply is server-side apply: fields of others with another value are conflicts, fields no longer applied go.
func (c *Cluster) Apply(ctx context.Context, ref app.Ref, body map[string]any, mode rollout.Mode) (map[string]any, []app.FieldConflict, error) {
	verb := "apply"
	if mode.DryRun {
		verb = "dry"
	}
	if err := c.check(ctx, verb, ref); err != nil {
		return nil, nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	next := &object{body: map[string]any{}, owners: map[string]string{}}
	if held := c.objects[ref]; held != nil {
		next = &object{body: clone(held.body), owners: maps.Clone(held.owners)}
	}
	wanted, live := leaves(body), leaves(next.body)
	var conflicts []app.FieldConflict
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		owner := next.owners[path]
		value, there := live[path]
		if there && owner != "" && owner != Manager && !equal(value, wanted[path]) && !mode.Force {
			conflicts = append(conflicts, app.FieldConflict{Path: path, Manager: owner})
		}
	}
	if len(conflicts) > 0 {
		return nil, conflicts, nil
	}
	for path, owner := range next.owners {
		if _, still := wanted[path]; owner == Manager && !still {
			_ = app.DropField(next.body, path)
			delete(next.owners, path)
		}
	}
	merge(next.body, clone(body))
	for path := range wanted {
		if owner := next.owners[path]; owner == "" || mode.Force || !equal(live[path], wanted[path]) {
			next.owners[path] = Manager
		}
	}
	metadata := next.body["metadata"].(map[string]any)
	if metadata["uid"] == nil {
		metadata["uid"] = "uid-" + ref.String()
	}
	if !mode.DryRun {
		c.version++
		metadata["resourceVersion"] = strconv.Itoa(c.version)
		c.objects[ref] = next
		c.writes = append(c.writes, "apply "+ref.String())
	}
	return clone(next.body), nil, nil
}

// Delete deletes an object.
func (c *Cluster) Delete(ctx context.Context, ref app.Ref) (bool, error) {
	if err := c.check(ctx, "delete", ref); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, found := c.objects[ref]
	delete(c.objects, ref)
	c.writes = append(c.writes, "delete "+ref.String())
	return found, nil
}

// Change is somebody else's hand: what edit changes belongs to manager from then on. An object that is not there is made.
func (c *Cluster) Change(ref app.Ref, manager string, edit func(body map[string]any)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held := c.objects[ref]
	if held == nil {
		held = &object{owners: map[string]string{}, body: map[string]any{
			"apiVersion": ref.APIVersion, "kind": ref.Kind, "metadata": map[string]any{"name": ref.Name, "namespace": ref.Namespace},
		}}
		c.objects[ref] = held
	}
	before := leaves(held.body)
	held.body = clone(held.body)
	edit(held.body)
	for path, value := range leaves(held.body) {
		if old, there := before[path]; !there || !equal(old, value) {
			held.owners[path] = manager
		}
	}
}

// leaves are the fields of a body by path, as the server writes it. Lists of objects with a name are keyed by it, other
// lists are one field.
func leaves(body map[string]any) map[string]any {
	out := map[string]any{}
	gather(out, "", body)
	for _, path := range []string{".apiVersion", ".kind", ".metadata.name", ".metadata.namespace", ".metadata.uid", ".metadata.resourceVersion"} {
		delete(out, path)
	}
	return out
}

func gather(out map[string]any, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			gather(out, path+"."+name, inner)
		}
	case []any:
		if !keyed(value) {
			out[path] = value
			return
		}
		for _, item := range value {
			gather(out, fmt.Sprintf("%s[name=%q]", path, item.(map[string]any)["name"]), item)
		}
	default:
		out[path] = value
	}
}

func keyed(list []any) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(item any) bool {
		fields, ok := item.(map[string]any)
		return !ok || fields["name"] == nil
	})
}

func merge(into, from map[string]any) {
	for name, value := range from {
		switch value := value.(type) {
		case map[string]any:
			if held, ok := into[name].(map[string]any); ok {
				merge(held, value)
				continue
			}
		case []any:
			if held, ok := into[name].([]any); ok && keyed(value) && keyed(held) {
				into[name] = mergeItems(held, value)
				continue
			}
		}
		into[name] = from[name]
	}
}

func mergeItems(held, from []any) []any {
	for _, item := range from {
		at := slices.IndexFunc(held, func(h any) bool { return h.(map[string]any)["name"] == item.(map[string]any)["name"] })
		if at < 0 {
			held = append(held, item)
			continue
		}
		merge(held[at].(map[string]any), item.(map[string]any))
	}
	return held
}

func equal(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) || reflect.DeepEqual(a, b) }

func clone(body map[string]any) map[string]any { return (app.Object{Body: body}).ApplyBody() }
