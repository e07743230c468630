// Package kubestore keeps apps on Kubernetes: their objects, the records of their releases, and the lock.
package kubestore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/diagnosis/kubewatch"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// Labels of what the store keeps for itself. They are apart from the app's own labels, so that no selector of an app
// meets a record.
const (
	labelApp    = "bcpaas.io/app"
	labelRecord = "bcpaas.io/record" // head, release, content or lock
)

// Store implements the ports of package rollout.
type Store struct{ client *kube.Client }

// New makes a store. It contacts nobody.
func New(client *kube.Client) *Store { return &Store{client: client} }

// Ports are the store in all its roles.
func (s *Store) Ports() rollout.Ports {
	return rollout.Ports{Cluster: s, Records: s, Locker: s, Watcher: s}
}

func labelsOf(name, record string) map[string]string {
	return map[string]string{app.LabelManagedBy: app.ManagedBy, labelApp: name, labelRecord: record}
}

// Name is what the cluster is called in messages.
func (s *Store) Name() string { return s.client.Name() }

// Now is the server's time.
func (s *Store) Now() time.Time { return s.client.Now() }

// Who asks the server who we are. Servers before 1.28 may not serve the review: then the answer is "unknown".
func (s *Store) Who(ctx context.Context) (string, error) {
	review, err := kube.Create(ctx, s.client, kube.SelfSubjectReviews(), &authenticationv1.SelfSubjectReview{}, false)
	switch {
	case fault.Is(err, fault.NotFound), fault.Is(err, fault.Forbidden):
		return "unknown", nil
	case err != nil:
		return "", fmt.Errorf("asking who we are: %w", err)
	}
	return review.Status.UserInfo.Username, nil
}

// CheckProject gives a NotFound fault when there is no such project. Who may not read namespaces is let through: the
// first request in the project tells.
func (s *Store) CheckProject(ctx context.Context, project string) error {
	found, err := kube.Get[corev1.Namespace](ctx, s.client, kube.Namespaces(), "", project)
	switch {
	case fault.Is(err, fault.Forbidden):
		return nil
	case fault.Is(err, fault.NotFound):
		return fault.New(fault.NotFound, "project %s does not exist on cluster %s", project, s.client.Name()).WithCode("project_not_found").
			On(project).WithHint("bcpaas project list shows the projects; bcpaas project create %s makes it", project)
	case err != nil:
		return err
	case found.Status.Phase == corev1.NamespaceTerminating:
		return fault.New(fault.Conflict, "project %s is being deleted", project).On(project).WithHint("bcpaas project get %s shows what it waits for", project)
	}
	return nil
}

// Live reads an object; nil when it is not there.
func (s *Store) Live(ctx context.Context, ref app.Ref) (map[string]any, error) {
	return s.client.GetRaw(ctx, resourceOf(ref), ref.Namespace, ref.Name)
}

func resourceOf(ref app.Ref) kube.Resource {
	group, version, grouped := strings.Cut(ref.APIVersion, "/")
	if !grouped {
		group, version = "", ref.APIVersion
	}
	return kube.Resource{Group: group, Version: version, Plural: ref.Resource, Kind: ref.Kind}
}

// Apply sends a body by server-side apply.
func (s *Store) Apply(ctx context.Context, ref app.Ref, body map[string]any, mode rollout.Mode) (map[string]any, []app.FieldConflict, error) {
	live, err := s.client.Apply(ctx, resourceOf(ref), ref.Namespace, body, kube.ApplyOptions{Force: mode.Force, DryRun: mode.DryRun})
	var refused *kube.ConflictError
	if errors.As(err, &refused) {
		conflicts := make([]app.FieldConflict, len(refused.Conflicts))
		for i, c := range refused.Conflicts {
			conflicts[i] = app.FieldConflict{Path: c.Path, Manager: c.Manager}
		}
		return nil, conflicts, nil
	}
	return live, nil, err
}

// Return writes a field back in the name of the manager that owned it.
func (s *Store) Return(ctx context.Context, ref app.Ref, part map[string]any, manager string) error {
	return s.client.Patch(ctx, resourceOf(ref), ref.Namespace, ref.Name, part, manager)
}

// Delete deletes an object and, in the background, what it owns.
func (s *Store) Delete(ctx context.Context, ref app.Ref) (bool, error) {
	return s.client.Delete(ctx, resourceOf(ref), ref.Namespace, ref.Name, kube.DeleteOptions{})
}

// Watch reports on workloads after every change.
func (s *Store) Watch(ctx context.Context, refs []diagnosis.Ref, notBefore time.Time, each func(rollout.Progress) bool) error {
	return kubewatch.Watch(ctx, s.client, kubewatch.Options{Refs: refs, NotBefore: notBefore}, func(u kubewatch.Update) bool {
		return each(rollout.Progress{Reports: u.Reports, Settled: u.Settled, Lost: u.Lost, Since: u.Since, Digests: u.Digests})
	})
}
