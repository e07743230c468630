package rollout

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Removal is what deleting an app needs.
type Removal interface {
	Cluster
	Records
	Locker
	// Owned lists the objects that bear the app's labels, whether or not a release names them.
	Owned(ctx context.Context, project, name string) ([]app.Ref, error)
	// Forget marks the records of a deleted app, to be dropped later, or drops them at once.
	Forget(ctx context.Context, project, name string, now bool) error
}

// RemovalPlan is what goes when an app is deleted.
type RemovalPlan struct {
	Project, Name string
	Objects       []app.Ref // in the order in which they go
	Claims        []app.Ref // that stay, unless they are among Objects
	Records       bool      // releases are recorded
	WithClaims    bool      // claims go as well
}

// PlanRemoval finds out what goes. Everything that bears the app's labels counts, not only what the last release names.
func PlanRemoval(ctx context.Context, store Removal, project, name string, claims bool) (*RemovalPlan, error) {
	if err := store.CheckProject(ctx, project); err != nil {
		return nil, err
	}
	plan := &RemovalPlan{Project: project, Name: name, WithClaims: claims}
	owned, err := store.Owned(ctx, project, name)
	if err != nil {
		return nil, err
	}
	head, err := store.Head(ctx, project, name)
	if err != nil {
		return nil, err
	}
	plan.Records = head.Last > 0
	for _, ref := range owned {
		if ref.Kind == "PersistentVolumeClaim" {
			if plan.Claims = append(plan.Claims, ref); !claims {
				continue
			}
		}
		plan.Objects = append(plan.Objects, ref)
	}
	slices.SortStableFunc(plan.Objects, func(a, b app.Ref) int { return removalRank(a.Kind) - removalRank(b.Kind) })
	return plan, nil
}

// removalRank lets traffic and autoscalers go before the workloads, and what these use after them.
func removalRank(kind string) int {
	switch kind {
	case "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget":
		return 0
	case "Deployment", "StatefulSet", "CronJob", "Job":
		return 1
	case "PersistentVolumeClaim":
		return 3
	default:
		return 2
	}
}

// Empty tells whether there is nothing to delete.
func (p *RemovalPlan) Empty(purge bool) bool {
	return len(p.Objects) == 0 && !(purge && p.Records)
}

// Summary counts what goes, e.g. "deployment/cart, service/cart".
func (p *RemovalPlan) Summary() string {
	if len(p.Objects) == 0 {
		return "no objects"
	}
	const named = 8
	var names []string
	for i, ref := range p.Objects {
		if i == named {
			names = append(names, fmt.Sprintf("and %d more", len(p.Objects)-named))
			break
		}
		names = append(names, ref.String())
	}
	return strings.Join(names, ", ")
}

// ClaimNames are the names of the claims.
func (p *RemovalPlan) ClaimNames() []string {
	var names []string
	for _, ref := range p.Claims {
		names = append(names, ref.Name)
	}
	return names
}

// RemoveOptions say how an app is deleted.
type RemoveOptions struct {
	Purge   bool
	Wait    bool
	Timeout time.Duration
	Holder  string
}

// RemoveApp deletes an app. A failure names what was not deleted; the rest is tried all the same.
func RemoveApp(ctx context.Context, store Removal, plan *RemovalPlan, o RemoveOptions) error {
	who, err := store.Who(ctx)
	if err != nil {
		return err
	}
	lock, err := store.Lock(ctx, plan.Project, plan.Name, Holder{ID: o.Holder, Who: who, Message: "delete"}, 0, func(Held) {})
	if err != nil {
		return err
	}
	defer lock.Release(ctx)
	now, err := PlanRemoval(ctx, store, plan.Project, plan.Name, plan.WithClaims)
	if err != nil {
		return err
	}
	if !slices.Equal(now.Objects, plan.Objects) {
		return fault.New(fault.Conflict, "deleting %s/%s: it changed since the question was asked: nothing was deleted", plan.Project, plan.Name).
			WithHint("look at it again and repeat the command")
	}
	var failed []string
	var first error
	for _, ref := range plan.Objects {
		if _, err := store.Delete(ctx, ref); err != nil {
			failed = append(failed, ref.String())
			if first == nil {
				first = err
			}
		}
	}
	if first != nil {
		return fmt.Errorf("deleting %s/%s: not deleted: %s: %w", plan.Project, plan.Name, strings.Join(failed, ", "), first)
	}
	if o.Wait {
		if err := awaitGone(ctx, store, plan, o.Timeout); err != nil {
			return err
		}
	}
	return store.Forget(ctx, plan.Project, plan.Name, o.Purge)
}

// awaitGone asks until nothing of the plan is left.
func awaitGone(ctx context.Context, store Removal, plan *RemovalPlan, timeout time.Duration) error {
	limited := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	left := plan.Objects
	for {
		var still []app.Ref
		for _, ref := range left {
			live, err := store.Live(limited, ref)
			if err != nil && limited.Err() == nil {
				return err
			}
			if live != nil || err != nil {
				still = append(still, ref)
			}
		}
		if left = still; len(left) == 0 {
			return nil
		}
		select {
		case <-limited.Done():
			if ctx.Err() != nil {
				return fault.New(fault.Interrupted, "interrupted: %s of %s/%s is still going on the server", left[0], plan.Project, plan.Name)
			}
			return fault.New(fault.NoVerdict, "deleting %s/%s: %s is not gone after %s", plan.Project, plan.Name, left[0], timeout).
				WithHint("kubectl -n %s get %s -o yaml shows its finalizers", plan.Project, left[0])
		case <-time.After(300 * time.Millisecond):
		}
	}
}
