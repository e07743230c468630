package kubestore

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// scope is what a list over all projects falls back to when that is forbidden: the projects that may be read, found out
// once for all kinds.
type scope func() (projects []string, err error)

func (s *Store) newScope(ctx context.Context, q inventory.Query) scope {
	return sync.OnceValues(func() ([]string, error) {
		all, err := s.projects(ctx)
		if err != nil {
			return nil, err
		}
		may := make([]bool, len(all))
		var group sync.WaitGroup
		for i, project := range all {
			group.Go(func() {
				_, err := kube.Count(ctx, s.client, kube.Deployments(), project)
				may[i] = !fault.Is(err, fault.Forbidden)
			})
		}
		group.Wait()
		var open []string
		for i, project := range all {
			if may[i] {
				open = append(open, project)
			}
		}
		if len(open) > 0 && q.Note != nil {
			q.Note("%d of %d projects are shown: the others may not be read with this credential", len(open), len(all))
		}
		return open, nil
	})
}

// scoped reads a query and, where all projects were asked for and that is forbidden, the projects that may be read, one
// by one.
func (s *Store) scoped(q inventory.Query, open scope, read func(kube.Query) iter.Seq2[any, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		var forbidden error
		for page, err := range read(kube.Query{Namespace: q.Project, Labels: q.Selector}) {
			if q.Project == "" && fault.Is(err, fault.Forbidden) {
				forbidden = err
				break
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
		if forbidden == nil {
			return
		}
		projects, err := open()
		if err != nil || len(projects) == 0 {
			yield(nil, fault.New(fault.Forbidden, "%w", forbidden).WithHint("name a project that you may read: -p PROJECT"))
			return
		}
		for _, project := range projects {
			for page, err := range read(kube.Query{Namespace: project, Labels: q.Selector}) {
				if !yield(page, err) || err != nil {
					return
				}
			}
		}
	}
}

func (s *Store) projects(ctx context.Context) ([]string, error) {
	var out []string
	for page, err := range kube.Pages[corev1.NamespaceList](ctx, s.client, kube.Namespaces(), kube.Query{}) {
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			out = append(out, page.Items[i].Name)
		}
	}
	slices.SortFunc(out, strings.Compare)
	return out, nil
}
