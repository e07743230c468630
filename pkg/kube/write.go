package kube

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Manager is the name under which bcpaas owns fields.
const Manager = "bcpaas"

// ApplyOptions says how an object is applied.
type ApplyOptions struct {
	Force  bool // take fields that another manager owns
	DryRun bool // let the server validate and answer, and change nothing
}

// Conflict is one field that another manager owns, as the server tells it.
type Conflict struct {
	Path    string // e.g. .spec.template.spec.containers[name="web"].image
	Manager string // e.g. kubectl-edit
}

// ConflictError is an apply that was refused for fields that other managers own.
type ConflictError struct {
	Conflicts []Conflict
	err       error
}

func (e *ConflictError) Error() string { return e.err.Error() }
func (e *ConflictError) Unwrap() error { return e.err }

// Apply sends a body by server-side apply (KEP-555) and returns the object as the server has it then. The body must
// hold apiVersion, kind and metadata.name. Fields owned by others give a *ConflictError.
func (c *Client) Apply(ctx context.Context, r Resource, namespace string, body map[string]any, o ApplyOptions) (map[string]any, error) {
	name := bodyName(body)
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	client, err := c.rest(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	request := client.Patch(types.ApplyYAMLPatchType).NamespaceIfScoped(namespace, !r.ClusterScoped).Resource(r.Plural).Name(name).
		Param("fieldManager", Manager).SetHeader("Accept", "application/json").Body(raw)
	if o.Force {
		request.Param("force", "true")
	}
	if o.DryRun {
		request.Param("dryRun", "All")
	}
	answer, err := rawOf(request.Do(ctx))
	if err != nil {
		return nil, c.applyFault(err, "applying "+describe(r, namespace, name))
	}
	return decode(answer)
}

// rawOf is the answer's body. Result.Raw alone would lose what the server says of an error: only Error decodes it.
func rawOf(result rest.Result) ([]byte, error) {
	if err := result.Error(); err != nil {
		return nil, err
	}
	return result.Raw()
}

// Patch merges a part of an object into it (a strategic merge patch), in the name of a field manager.
func (c *Client) Patch(ctx context.Context, r Resource, namespace, name string, part map[string]any, manager string) error {
	raw, err := json.Marshal(part)
	if err != nil {
		return err
	}
	client, err := c.rest(r)
	if err != nil {
		return err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	err = client.Patch(types.StrategicMergePatchType).NamespaceIfScoped(namespace, !r.ClusterScoped).Resource(r.Plural).Name(name).
		Param("fieldManager", manager).SetHeader("Accept", "application/json").Body(raw).Do(ctx).Error()
	return c.classify(err, "changing "+describe(r, namespace, name))
}

func (c *Client) applyFault(err error, doing string) error {
	classified := c.classify(err, doing)
	var status apierrors.APIStatus
	if !apierrors.IsConflict(err) || !errors.As(err, &status) || status.Status().Details == nil {
		return classified
	}
	var found []Conflict
	for _, cause := range status.Status().Details.Causes {
		if cause.Type == metav1.CauseTypeFieldManagerConflict {
			found = append(found, Conflict{Path: cause.Field, Manager: managerIn(cause.Message)})
		}
	}
	if len(found) == 0 {
		return classified
	}
	return &ConflictError{Conflicts: found, err: classified}
}

// managerIn reads the owner's name out of `conflict with "kubectl-edit" using apps/v1 at 2026-...`.
func managerIn(message string) string {
	if match := regexp.MustCompile(`conflict with "([^"]*)"`).FindStringSubmatch(message); match != nil {
		return match[1]
	}
	return "another manager"
}

// GetRaw reads an object of any kind in use as JSON, with integers as int64. A missing object gives nil and no error.
func (c *Client) GetRaw(ctx context.Context, r Resource, namespace, name string) (map[string]any, error) {
	client, err := c.rest(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	answer, err := rawOf(client.Get().NamespaceIfScoped(namespace, !r.ClusterScoped).Resource(r.Plural).Name(name).
		SetHeader("Accept", "application/json").Do(ctx))
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, c.classify(err, "reading "+describe(r, namespace, name))
	}
	return decode(answer)
}

// Create makes an object and fills it with the server's answer.
func Create[T any, P interface {
	*T
	runtime.Object
	metav1.Object
}](ctx context.Context, c *Client, r Resource, object P, dryRun bool) (P, error) {
	client, err := c.rest(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	request := client.Post().NamespaceIfScoped(object.GetNamespace(), !r.ClusterScoped).Resource(r.Plural).Param("fieldManager", Manager)
	if dryRun {
		request.Param("dryRun", "All")
	}
	made := P(new(T))
	if err := request.Body(object).Do(ctx).Into(made); err != nil {
		return nil, c.classify(err, "creating "+describe(r, object.GetNamespace(), object.GetName()))
	}
	return made, nil
}

// Update replaces an object; its resourceVersion makes it a compare-and-swap: a Conflict fault means somebody was first.
func Update[T any, P interface {
	*T
	runtime.Object
	metav1.Object
}](ctx context.Context, c *Client, r Resource, object P) (P, error) {
	client, err := c.rest(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	updated := P(new(T))
	err = client.Put().NamespaceIfScoped(object.GetNamespace(), !r.ClusterScoped).Resource(r.Plural).Name(object.GetName()).
		Param("fieldManager", Manager).Body(object).Do(ctx).Into(updated)
	if err != nil {
		return nil, c.classify(err, "updating "+describe(r, object.GetNamespace(), object.GetName()))
	}
	return updated, nil
}

// DeleteOptions says how an object is deleted.
type DeleteOptions struct {
	UID             types.UID // only this very object; empty means whichever has the name
	ResourceVersion string    // only in this very state; empty means any
	Foreground      bool      // keep the object until its dependents are gone
	DryRun          bool
}

// Delete deletes an object. One that is not there is success: found tells which.
func (c *Client) Delete(ctx context.Context, r Resource, namespace, name string, o DeleteOptions) (found bool, err error) {
	client, err := c.rest(r)
	if err != nil {
		return false, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	policy := metav1.DeletePropagationBackground
	if o.Foreground {
		policy = metav1.DeletePropagationForeground
	}
	options := &metav1.DeleteOptions{PropagationPolicy: &policy}
	if o.UID != "" {
		options.Preconditions = &metav1.Preconditions{UID: &o.UID}
	}
	if o.ResourceVersion != "" {
		if options.Preconditions == nil {
			options.Preconditions = &metav1.Preconditions{}
		}
		options.Preconditions.ResourceVersion = &o.ResourceVersion
	}
	if o.DryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	err = client.Delete().NamespaceIfScoped(namespace, !r.ClusterScoped).Resource(r.Plural).Name(name).Body(options).Do(ctx).Error()
	switch {
	case apierrors.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, c.classify(err, "deleting "+describe(r, namespace, name))
	}
	return true, nil
}

func bodyName(body map[string]any) string {
	metadata, _ := body["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	return name
}

func decode(raw []byte) (map[string]any, error) {
	var object map[string]any
	if err := utiljson.Unmarshal(raw, &object); err != nil {
		return nil, fault.New(fault.NoVerdict, "reading the server's answer: %w", err)
	}
	return object, nil
}
