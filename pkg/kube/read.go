package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/version"
)

// PageSize is how many objects one answer of a list carries: large enough to be quick, small enough that neither side
// holds much (10,000 Deployments in pages of 500: 27 MiB).
const PageSize = 500

// Query says which objects of a resource are meant.
type Query struct {
	Namespace string // empty means all
	Labels    string // a label selector
	Fields    string // a field selector
	// Cached is content with what the server has in its cache, which may be a moment old: much cheaper for both sides,
	// and enough for what is only shown.
	Cached bool
}

// Get reads one object.
func Get[T any, P interface {
	*T
	runtime.Object
}](ctx context.Context, c *Client, r Resource, namespace, name string) (P, error) {
	doing := "reading " + describe(r, namespace, name)
	client, err := c.rest(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	object := P(new(T))
	err = client.Get().NamespaceIfScoped(namespace, !r.ClusterScoped).Resource(r.Plural).Name(name).Do(ctx).Into(object)
	if err != nil {
		return nil, c.classify(err, doing)
	}
	return object, nil
}

// Pages reads a list page by page. Objects changed between two pages may be seen in their newer or older state, never
// twice; a list that outlives the server's memory ends with a NoVerdict fault, never as a shorter list.
func Pages[L any, P interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, c *Client, r Resource, q Query) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		options := metav1.ListOptions{LabelSelector: q.Labels, FieldSelector: q.Fields, Limit: PageSize}
		if q.Cached {
			options.ResourceVersion = "0"
		}
		for {
			page, err := readPage[L, P](ctx, c, r, q.Namespace, options)
			if !yield(page, err) || err != nil {
				return
			}
			if options.Continue = page.GetContinue(); options.Continue == "" {
				return
			}
			options.ResourceVersion = "" // the token says which version it goes on from
		}
	}
}

func readPage[L any, P interface {
	*L
	metav1.ListInterface
	runtime.Object
}](ctx context.Context, c *Client, r Resource, namespace string, options metav1.ListOptions) (P, error) {
	client, err := c.rest(r)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	page := P(new(L))
	err = client.Get().NamespaceIfScoped(namespace, namespace != "").Resource(r.Plural).
		VersionedParams(&options, metav1.ParameterCodec).Do(ctx).Into(page)
	if err != nil {
		return nil, c.classify(err, "listing "+describe(r, namespace, ""))
	}
	return page, nil
}

// describe names an object or a list in messages: "deployment shop/cart", "pods in shop", "nodes".
func describe(r Resource, namespace, name string) string {
	switch {
	case name != "" && namespace != "" && !r.ClusterScoped:
		return fmt.Sprintf("%s %s/%s", lower(r.Kind), namespace, name)
	case name != "":
		return fmt.Sprintf("%s %s", lower(r.Kind), name)
	case namespace != "" && !r.ClusterScoped:
		return fmt.Sprintf("%s in %s", r.Plural, namespace)
	case r.ClusterScoped:
		return r.Plural
	default:
		return r.Plural + " in all projects"
	}
}

// lower makes a kind's name read well inside a sentence.
func lower(kind string) string {
	if kind == "Namespace" {
		return "project"
	}
	out := []rune(kind)
	out[0] += 'a' - 'A'
	return string(out)
}

// Version asks the server for its version. It needs no right beyond what every signed-in user has.
func (c *Client) Version(ctx context.Context) (version.Info, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	var info version.Info
	client, err := c.rest(Pods())
	if err != nil {
		return info, err
	}
	raw, err := rawOf(client.Get().AbsPath("/version").SetHeader("Accept", "application/json").Do(ctx))
	if err != nil {
		return info, c.classify(err, "asking "+c.name+" for its version")
	}
	if err := json.Unmarshal(raw, &info); err != nil {
		return info, fmt.Errorf("reading the version of %s: %w", c.name, err)
	}
	return info, nil
}

// Count tells how many objects of a resource there are, without reading them: the server says how many remain after a
// page of one.
func Count(ctx context.Context, c *Client, r Resource, namespace string) (int, error) {
	options := metav1.ListOptions{Limit: 1}
	page, err := readPage[metav1.PartialObjectMetadataList](ctx, c, r, namespace, options)
	if err != nil {
		return 0, err
	}
	n := len(page.Items)
	if remaining := page.GetRemainingItemCount(); remaining != nil {
		n += int(*remaining)
	}
	return n, nil
}
