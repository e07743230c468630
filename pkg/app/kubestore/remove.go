package kubestore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// keepDeleted is how long the records of a deleted app are kept.
const keepDeleted = 30 * 24 * time.Hour

// noteDeleted stands on the head of a deleted app: since when.
const noteDeleted = "bcpaas.io/deleted"

// Owned lists the objects that bear the app's labels. Only their metadata is read.
func (s *Store) Owned(ctx context.Context, project, name string) ([]app.Ref, error) {
	if !validLabel(name) {
		return nil, fault.New(fault.Usage, "%q can't be the name of an app", name)
	}
	query := kube.Query{Namespace: project, Labels: fmt.Sprintf("%s=%s,%s=%s,!%s", app.LabelManagedBy, app.ManagedBy, app.LabelName, name, labelRecord)}
	var refs []app.Ref
	for _, r := range []kube.Resource{
		kube.Deployments(), kube.StatefulSets(), kube.CronJobs(), kube.Jobs(), kube.Services(), kube.Ingresses(), kube.Autoscalers(),
		kube.DisruptionBudgets(), kube.NetworkPolicies(), kube.ConfigMaps(), kube.Secrets(), kube.Claims(),
	} {
		for page, err := range kube.Pages[metav1.PartialObjectMetadataList](ctx, s.client, r, query) {
			if err != nil {
				return nil, err
			}
			for i := range page.Items {
				if metav1.GetControllerOfNoCopy(&page.Items[i]) != nil {
					continue
				}
				refs = append(refs, app.Ref{
					APIVersion: r.GroupVersion().String(), Kind: r.Kind, Resource: r.Plural, Namespace: project, Name: page.Items[i].Name,
				})
			}
		}
	}
	return refs, nil
}

// Forget marks the records of a deleted app so that they are dropped after 30 days, or drops them at once. There is no
// server that would do it: each later call drops what is due in the project.
func (s *Store) Forget(ctx context.Context, project, name string, now bool) error {
	if now {
		return s.dropRecords(ctx, project, name)
	}
	head, err := kube.Get[corev1.ConfigMap](ctx, s.client, kube.ConfigMaps(), project, headName(name))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	head.Data[keyHead] = withoutBase(head.Data[keyHead])
	metav1.SetMetaDataAnnotation(&head.ObjectMeta, noteDeleted, s.client.Now().UTC().Format(time.RFC3339))
	if _, err := kube.Update(ctx, s.client, kube.ConfigMaps(), head); err != nil {
		return err
	}
	return s.dropDue(ctx, project)
}

// withoutBase keeps the number of the last release and forgets that its content is live.
func withoutBase(head string) string {
	var record headRecord
	if json.Unmarshal([]byte(head), &record) != nil {
		return head
	}
	record.Base = 0
	raw, err := json.Marshal(record)
	if err != nil {
		return head
	}
	return string(raw)
}

// dropDue drops the records of apps that were deleted long enough ago.
func (s *Store) dropDue(ctx context.Context, project string) error {
	query := kube.Query{Namespace: project, Labels: labelRecord + "=head"}
	for page, err := range kube.Pages[metav1.PartialObjectMetadataList](ctx, s.client, kube.ConfigMaps(), query) {
		if err != nil {
			return err
		}
		for i := range page.Items {
			since, err := time.Parse(time.RFC3339, page.Items[i].Annotations[noteDeleted])
			if err == nil && s.client.Now().Sub(since) > keepDeleted {
				if err := s.dropRecords(ctx, project, page.Items[i].Labels[labelApp]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// dropRecords deletes the releases and their content, and the head last: what is interrupted can be done again.
func (s *Store) dropRecords(ctx context.Context, project, name string) error {
	for _, record := range []string{"release", "content", "head"} {
		query := kube.Query{Namespace: project, Labels: labelApp + "=" + name + "," + labelRecord + "=" + record}
		for page, err := range kube.Pages[metav1.PartialObjectMetadataList](ctx, s.client, kube.ConfigMaps(), query) {
			if err != nil {
				return err
			}
			for i := range page.Items {
				if _, err := s.client.Delete(ctx, kube.ConfigMaps(), project, page.Items[i].Name, kube.DeleteOptions{}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Running reads a workload as a typed object, for writing an App file of it.
func (s *Store) Running(ctx context.Context, a inventory.Arg) (any, error) {
	refs, err := s.Find(ctx, a)
	if err != nil {
		return nil, err
	}
	if len(refs) > 1 {
		return nil, fault.New(fault.Usage, "%s has %d workloads: name one, e.g. %s", a.Name, len(refs), refs[0].Arg())
	}
	ref := refs[0]
	switch ref.Kind {
	case "Deployment":
		return kube.Get[appsv1.Deployment](ctx, s.client, kube.Deployments(), ref.Namespace, ref.Name)
	case "StatefulSet":
		return kube.Get[appsv1.StatefulSet](ctx, s.client, kube.StatefulSets(), ref.Namespace, ref.Name)
	case "CronJob":
		return kube.Get[batchv1.CronJob](ctx, s.client, kube.CronJobs(), ref.Namespace, ref.Name)
	case "Job":
		return kube.Get[batchv1.Job](ctx, s.client, kube.Jobs(), ref.Namespace, ref.Name)
	default:
		return nil, fault.New(fault.Usage, "an App file can't be made of a %s", ref.Kind).
			WithHint("name a Deployment, StatefulSet, CronJob or Job")
	}
}
