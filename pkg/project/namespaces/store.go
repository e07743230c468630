// Package namespaces keeps projects as Kubernetes namespaces.
package namespaces

import (
	"context"
	"fmt"
	"iter"
	"sort"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/manifest"
	"github.com/bcpaas/bcpaas/pkg/project"
)

// Store implements project.Store.
type Store struct{ client *kube.Client }

// New makes a store. It contacts nobody.
func New(client *kube.Client) *Store { return &Store{client: client} }

// List reads all projects, page by page.
func (s *Store) List(ctx context.Context) iter.Seq2[project.Project, error] {
	return func(yield func(project.Project, error) bool) {
		for page, err := range kube.Pages[corev1.NamespaceList](ctx, s.client, kube.Namespaces(), kube.Query{}) {
			if err != nil {
				yield(project.Project{}, err)
				return
			}
			for i := range page.Items {
				if !yield(fromNamespace(&page.Items[i]), nil) {
					return
				}
			}
		}
	}
}

// Get reads one project with its quotas and what is in it.
func (s *Store) Get(ctx context.Context, name string) (project.Project, error) {
	namespace, err := kube.Get[corev1.Namespace](ctx, s.client, kube.Namespaces(), "", name)
	if err != nil {
		return project.Project{}, notFoundHint(err)
	}
	found := fromNamespace(namespace)
	for _, condition := range namespace.Status.Conditions {
		if condition.Status == corev1.ConditionTrue {
			found.Blockers = append(found.Blockers, condition.Message)
		}
	}
	if found.Quotas, err = s.quotas(ctx, name); err != nil && !fault.Is(err, fault.Forbidden) {
		return found, err
	}
	found.Contents, found.Unread, err = s.contents(ctx, name)
	return found, err
}

func notFoundHint(err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.NotFound, "%w", err).WithHint("bcpaas project list shows the projects")
}

func (s *Store) quotas(ctx context.Context, name string) ([]project.Quota, error) {
	var out []project.Quota
	for page, err := range kube.Pages[corev1.ResourceQuotaList](ctx, s.client, kube.ResourceQuotas(), kube.Query{Namespace: name}) {
		if err != nil {
			return nil, err
		}
		for _, quota := range page.Items {
			for resource, hard := range quota.Status.Hard {
				used := quota.Status.Used[resource]
				out = append(out, project.Quota{Resource: string(resource), Used: used.String(), Hard: hard.String()})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Resource < out[j].Resource })
	return out, nil
}

// Counted are the kinds that Contents counts, in the order of their weight for whoever deletes a project.
func Counted() []kube.Resource {
	return []kube.Resource{
		kube.Deployments(), kube.StatefulSets(), kube.DaemonSets(), kube.Jobs(), kube.CronJobs(), kube.Pods(),
		kube.Services(), kube.Ingresses(), kube.Claims(), kube.Secrets(), kube.ConfigMaps(),
	}
}

// contents counts objects by kind without reading them: a page of one object tells how many remain. Kinds that may not
// be listed (secrets, as a rule) are named.
func (s *Store) contents(ctx context.Context, name string) (counts map[string]int, unread []string, err error) {
	kinds := Counted()
	numbers, faults := make([]int, len(kinds)), make([]error, len(kinds))
	var group sync.WaitGroup
	for i, r := range kinds {
		group.Go(func() { numbers[i], faults[i] = kube.Count(ctx, s.client, r, name) })
	}
	group.Wait()
	counts = map[string]int{}
	for i, r := range kinds {
		switch {
		case fault.Is(faults[i], fault.Forbidden):
			unread = append(unread, r.Plural)
		case faults[i] != nil:
			return nil, nil, faults[i]
		case numbers[i] > 0:
			counts[r.Plural] = numbers[i]
		}
	}
	return counts, unread, nil
}

func fromNamespace(n *corev1.Namespace) project.Project {
	return project.Project{
		Name: n.Name, Status: string(n.Status.Phase), Created: n.CreationTimestamp.UTC(),
		Protected: n.Labels[project.LabelProtected] == "true" || project.System(n.Name),
		Managed:   n.Labels[project.LabelManaged] == "bcpaas",
		Owner:     n.Annotations[project.NoteOwner], Description: n.Annotations[project.NoteAbout],
	}
}

// Create applies the objects of a spec. A namespace that is there already must be ours and just so: what somebody
// else made is not taken over in passing.
func (s *Store) Create(ctx context.Context, spec project.Spec, dryRun bool) (project.Created, error) {
	created := project.Created{Project: spec.Name, DryRun: dryRun}
	objects := spec.Objects()
	live, err := s.client.GetRaw(ctx, kube.Namespaces(), "", spec.Name)
	if err != nil {
		return created, err
	}
	if live != nil {
		created.Existed = true
		return created, s.complete(ctx, spec.Name, objects, dryRun)
	}
	for i, body := range objects {
		r, _ := kube.ResourceOf(body["apiVersion"].(string), body["kind"].(string))
		if dryRun && i > 0 { // the server can't validate what goes into a namespace that is not there yet
			created.Objects = append(created.Objects, body)
			continue
		}
		applied, err := s.client.Apply(ctx, r, spec.Name, body, kube.ApplyOptions{DryRun: dryRun})
		if err != nil {
			return created, fmt.Errorf("creating project %s (made so far: %d of %d objects): %w", spec.Name, i, len(objects), err)
		}
		if dryRun {
			delete(applied["metadata"].(map[string]any), "managedFields")
			created.Objects = append(created.Objects, applied)
		}
	}
	return created, nil
}

// complete compares what there is with what was asked for. What differs is a conflict; what is missing from a project of
// ours is made: a run that was interrupted is ended by the next.
func (s *Store) complete(ctx context.Context, name string, objects []map[string]any, dryRun bool) error {
	var missing []map[string]any
	for _, body := range objects {
		r, _ := kube.ResourceOf(body["apiVersion"].(string), body["kind"].(string))
		live, err := s.client.GetRaw(ctx, r, name, body["metadata"].(map[string]any)["name"].(string))
		if err != nil {
			return err
		}
		if live == nil {
			missing = append(missing, body)
			continue
		}
		if !manifest.Holds(live, body) {
			return fault.New(fault.Conflict, "creating project %s: it exists already, and its %s differs from what was asked for", name, body["kind"]).
				On(name).WithHint("bcpaas project get %s shows it", name)
		}
	}
	for _, body := range missing {
		r, _ := kube.ResourceOf(body["apiVersion"].(string), body["kind"].(string))
		if _, err := s.client.Apply(ctx, r, name, body, kube.ApplyOptions{DryRun: dryRun}); err != nil {
			return err
		}
	}
	return nil
}

// Protect sets or removes the label that makes destructive verbs refuse.
func (s *Store) Protect(ctx context.Context, name string, protected bool) (bool, error) {
	for {
		namespace, err := kube.Get[corev1.Namespace](ctx, s.client, kube.Namespaces(), "", name)
		if err != nil {
			return false, notFoundHint(err)
		}
		if (namespace.Labels[project.LabelProtected] == "true") == protected {
			return false, nil
		}
		if protected {
			metav1.SetMetaDataLabel(&namespace.ObjectMeta, project.LabelProtected, "true")
		} else {
			delete(namespace.Labels, project.LabelProtected)
		}
		_, err = kube.Update(ctx, s.client, kube.Namespaces(), namespace)
		if fault.Is(err, fault.Conflict) && ctx.Err() == nil {
			continue // somebody changed the namespace in between: read it again
		}
		return err == nil, err
	}
}

// Delete deletes the namespace and with it all that is in it.
func (s *Store) Delete(ctx context.Context, name string, dryRun bool) error {
	found, err := s.client.Delete(ctx, kube.Namespaces(), "", name, kube.DeleteOptions{DryRun: dryRun})
	if err == nil && !found {
		return fault.New(fault.NotFound, "deleting project %s: there is none", name)
	}
	return err
}

// Brief reads one project without its quotas and contents.
func (s *Store) Brief(ctx context.Context, name string) (project.Project, error) {
	namespace, err := kube.Get[corev1.Namespace](ctx, s.client, kube.Namespaces(), "", name)
	if err != nil {
		return project.Project{Name: name}, notFoundHint(err)
	}
	return fromNamespace(namespace), nil
}
