package kubestore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/diagnosis/kubewatch"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Find resolves a name as typed: with a kind, that one workload; without, the workloads of the app of that name, else
// the one workload of that name, whoever made it.
func (s *Store) Find(ctx context.Context, a inventory.Arg) ([]diagnosis.Ref, error) {
	if a.Kind == "" {
		refs, err := s.ofApp(ctx, a.Project, a.Name)
		if err != nil || len(refs) > 0 {
			return refs, err
		}
	}
	refs, err := s.named(ctx, a)
	switch {
	case err != nil:
		return nil, err
	case len(refs) == 1:
		return refs, nil
	case len(refs) > 1:
		var names []string
		for _, ref := range refs {
			names = append(names, ref.Arg())
		}
		return nil, fault.New(fault.Usage, "%s in project %s can be %s", a.Name, a.Project, strings.Join(names, " or ")).
			WithHint("say which: %s", names[0])
	}
	return nil, s.notFound(ctx, a)
}

// ofApp lists the workloads that bcpaas made for an app.
func (s *Store) ofApp(ctx context.Context, project, name string) ([]diagnosis.Ref, error) {
	var refs []diagnosis.Ref
	query := inventory.Query{
		Project: project, Kinds: inventory.DefaultKinds(),
		Selector: fmt.Sprintf("%s=%s,%s=%s", app.LabelManagedBy, app.ManagedBy, app.LabelName, name),
	}
	if !validLabel(name) {
		return nil, nil
	}
	for item, err := range s.merged(ctx, query) {
		if err != nil {
			return nil, err
		}
		refs = append(refs, item.row.Ref())
	}
	return refs, nil
}

// validLabel keeps what no label can be out of a selector.
func validLabel(value string) bool {
	return len(value) <= 63 && !strings.ContainsAny(value, " ,=!()")
}

// named asks for the name under each kind, or under the one that was given.
func (s *Store) named(ctx context.Context, a inventory.Arg) ([]diagnosis.Ref, error) {
	kinds := []string{a.Kind}
	if a.Kind == "" {
		kinds = append(inventory.DefaultKinds(), "Pod")
	}
	hits := make([]bool, len(kinds))
	faults := make([]error, len(kinds))
	var group sync.WaitGroup
	for i, kind := range kinds {
		group.Go(func() {
			_, err := kube.Get[metav1.PartialObjectMetadata](ctx, s.client, kubewatch.ResourceOf(kind), a.Project, a.Name)
			hits[i] = err == nil
			if err != nil && !fault.Is(err, fault.NotFound) {
				faults[i] = err
			}
		})
	}
	group.Wait()
	var refs []diagnosis.Ref
	for i, kind := range kinds {
		if faults[i] != nil {
			return nil, faults[i]
		}
		if hits[i] {
			refs = append(refs, diagnosis.Ref{Kind: kind, Namespace: a.Project, Name: a.Name})
		}
	}
	return refs, nil
}

// notFound says which name is nearest; a missing project is said first.
func (s *Store) notFound(ctx context.Context, a inventory.Arg) error {
	if err := s.CheckProject(ctx, a.Project); err != nil {
		return err
	}
	made := fault.New(fault.NotFound, "project %s has no %s", a.Project, a).WithHint("bcpaas app list -p %s", a.Project)
	var names []string
	for item, err := range s.merged(ctx, inventory.Query{Project: a.Project, Kinds: inventory.DefaultKinds()}) {
		if err != nil {
			return made
		}
		names = append(names, item.row.Name)
		if item.row.App != "" && !slices.Contains(names, item.row.App) {
			names = append(names, item.row.App)
		}
	}
	if nearest, ok := strictyaml.Nearest(a.Name, names); ok {
		return made.WithHint("did you mean %s?", nearest)
	}
	return made
}

// Names lists what one may type in a project: the apps, and the workloads that belong to none.
func (s *Store) Names(ctx context.Context, project string) ([]string, error) {
	var names []string
	for item, err := range s.merged(ctx, inventory.Query{Project: project, Kinds: inventory.DefaultKinds()}) {
		if err != nil {
			return nil, err
		}
		name := item.row.App
		if name == "" {
			name = item.row.Name
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}
