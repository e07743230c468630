package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

type deleteOptions struct {
	Target     inventory.Arg
	Yes, Force bool
	Purge      bool
	Claims     bool
	Wait       bool
	DryRun     bool
	Timeout    func() (time.Duration, error)

	RunID   func() string
	Note    func(format string, args ...any)
	Ask     func(ctx context.Context, question string, yes bool) error
	Refuse  func(ctx context.Context, project, verb string, force bool) error
	Printer printerFunc
	Connect func() (store removalStore, project string, err error)
}

// removalStore is what deletes apps, and finds what is none.
type removalStore interface {
	rollout.Removal
	Find(ctx context.Context, a inventory.Arg) ([]diagnosis.Ref, error)
}

func newDelete(env *command.Env, run runner[deleteOptions]) *cobra.Command {
	opts := deleteOptions{
		Note: env.Note, Ask: env.Confirm, Refuse: refuseProtected(env), Printer: env.Printer, RunID: runID,
		Timeout: env.Timeout(5 * time.Minute),
		Connect: func() (removalStore, string, error) { return connected(env)() },
	}
	var dryRun string
	cmd := &cobra.Command{
		Use: "delete NAME", Short: "Delete an app; its releases are kept for 30 days", Args: command.Args("NAME"),
		Long: `Delete an app that bcpaas deployed: all objects of its releases. It lists what goes and asks. Persistent volume claims
stay unless --claims is given. The records of its releases are kept for 30 days, so that app get still
shows them; --purge deletes them as well. Deleting an app that is not there is success.

What bcpaas did not deploy it does not delete: kubectl does.`,
		Example:           command.Example("bcpaas app delete cart -p shop", "bcpaas app delete cart -p shop --yes --purge"),
		ValidArgsFunction: completeWorkloads(env),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			// Never the app of .bcpaas.yaml: a cloned repository must not choose what is deleted.
			if opts.Target, err = named(env, args[0]); err != nil {
				return err
			}
			if opts.Target.Release != 0 {
				return fault.New(fault.Usage, "deleting %s: name an app, not a release: old releases go by themselves", args[0])
			}
			if opts.Target.Kind != "" {
				return fault.New(fault.Usage, "deleting %s: name an app, not a workload", args[0]).
					WithHint("single workloads are kubectl's: kubectl -n %s delete %s", cmp.Or(opts.Target.Project, env.Global.Given("project"), "PROJECT"), opts.Target)
			}
			if opts.DryRun, err = command.ServerDryRun(dryRun); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&opts.Purge, "purge", false, "delete the records of the releases as well")
	flags.BoolVar(&opts.Claims, "claims", false, "delete the persistent volume claims and the data in them as well")
	flags.BoolVar(&opts.Wait, "wait", true, "wait until the objects are gone")
	flags.BoolVar(&opts.Force, "force-protected", false, "delete it although its project is protected")
	flags.StringVar(&dryRun, "dry-run", "", "server: list what would go, and change nothing")
	command.AddYes(cmd, &opts.Yes)
	connect.AddProject(cmd, env)
	command.AddOutput(cmd, env.Global)
	command.AddTimeout(cmd, env.Global, "how long to wait (default 5m)")
	return cmd
}

func runDelete(ctx context.Context, o deleteOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	timeout, err := o.Timeout()
	if err != nil {
		return err
	}
	store, project, err := o.Connect()
	if err != nil {
		return err
	}
	if o.Target.Project == "" {
		o.Target.Project = project
	}
	plan, err := rollout.PlanRemoval(ctx, store, o.Target.Project, o.Target.Name, o.Claims)
	if err != nil {
		return err
	}
	if plan.Empty(o.Purge) {
		if foreign, err := store.Find(ctx, o.Target); err == nil && len(foreign) > 0 {
			return fault.New(fault.NotFound, "project %s has no app %s: %s is there, and was not deployed by bcpaas", o.Target.Project, o.Target.Name, foreign[0].Arg()).
				WithHint("kubectl -n %s delete %s", o.Target.Project, foreign[0].Arg())
		}
		o.Note("app %s is not in project %s: nothing to do", o.Target.Name, o.Target.Project)
		return nil
	}
	if o.DryRun {
		return printRemoval(printer, plan)
	}
	if err := o.Refuse(ctx, o.Target.Project, "deleting an app of project", o.Force); err != nil {
		return err
	}
	question := fmt.Sprintf("Delete %s/%s on cluster %s: %s%s?", o.Target.Project, o.Target.Name, store.Name(), plan.Summary(), purgeText(o.Purge))
	if err := o.Ask(ctx, question, o.Yes); err != nil {
		return err
	}
	err = rollout.RemoveApp(ctx, store, plan, rollout.RemoveOptions{Purge: o.Purge, Wait: o.Wait, Timeout: timeout, Holder: o.RunID()})
	if err != nil {
		return err
	}
	if !printer.ForPeople() {
		return output.PrintItem(printer, deletedView(), deleted{Project: plan.Project, App: plan.Name, Deleted: names(plan.Objects), Purged: o.Purge, KeptClaims: keptClaims(plan)})
	}
	o.Note("deleted %s/%s: %s", o.Target.Project, o.Target.Name, plan.Summary())
	if len(plan.Claims) > 0 && !o.Claims {
		o.Note("kept the data: %s (--claims deletes it)", strings.Join(plan.ClaimNames(), ", "))
	}
	return nil
}

// deleted is the outcome for programs.
type deleted struct {
	Project    string   `json:"project"`
	App        string   `json:"app"`
	Deleted    []string `json:"deleted"`
	KeptClaims []string `json:"keptClaims,omitempty"`
	Purged     bool     `json:"purged"` // the records of the releases as well
}

func deletedView() output.View[deleted] {
	return output.View[deleted]{
		Kind: "DeletedList",
		Name: func(d deleted) string { return d.Project + "/" + d.App },
		Columns: []output.Column[deleted]{
			{Header: "APP", Cell: func(d deleted) output.Cell { return output.Text(d.Project + "/" + d.App) }},
			{Header: "DELETED", Cell: func(d deleted) output.Cell { return output.Text(strings.Join(d.Deleted, ",")) }},
		},
	}
}

func names(refs []app.Ref) []string {
	out := make([]string, len(refs))
	for i, ref := range refs {
		out[i] = ref.String()
	}
	return out
}

func keptClaims(plan *rollout.RemovalPlan) []string {
	if plan.WithClaims {
		return nil
	}
	return plan.ClaimNames()
}

func purgeText(purge bool) string {
	if purge {
		return ", and the records of its releases"
	}
	return ""
}

func printRemoval(printer *output.Printer, plan *rollout.RemovalPlan) error {
	return output.PrintList(printer, stepView(), func(yield func(rollout.Step, error) bool) {
		for _, ref := range plan.Objects {
			if !yield(rollout.Step{Ref: ref, Action: rollout.Remove}, nil) {
				return
			}
		}
	})
}
