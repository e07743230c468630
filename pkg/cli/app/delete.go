package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
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
	Connect func() (store rollout.Removal, project string, err error)
}

func newDelete(env *command.Env, run runner[deleteOptions]) *cobra.Command {
	opts := deleteOptions{
		Note: env.Note, Ask: env.Confirm, Refuse: refuseProtected(env), Printer: env.Printer, RunID: runID,
		Timeout: env.Timeout(5 * time.Minute),
		Connect: func() (rollout.Removal, string, error) { return connected(env)() },
	}
	var dryRun string
	cmd := &cobra.Command{
		Use: "delete NAME", Short: "Delete an app; its releases are kept for 30 days", Args: command.Args("[NAME]"),
		Long: `Delete an app that bcpaas deployed: all objects of its releases. It lists what goes and asks. Persistent volume claims
stay unless --claims is given. The records of its releases are kept for 30 days, so that the app can be looked up and
deployed again; --purge deletes them as well. Deleting an app that is not there is success.

What bcpaas did not deploy it does not delete: kubectl does.`,
		Example:           command.Example("bcpaas app delete cart -p shop", "bcpaas app delete cart -p shop --yes --purge"),
		ValidArgsFunction: completeWorkloads(env),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if opts.Target, err = target(env, cmd, args); err != nil {
				return err
			}
			if opts.Target.Kind != "" || opts.Target.Release != 0 {
				return fault.New(fault.Usage, "deleting %s: name an app, not a workload or a release", strings.Join(args, " ")).
					WithHint("single workloads are kubectl's: kubectl delete %s", opts.Target)
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
	o.Note("deleted %s/%s: %s", o.Target.Project, o.Target.Name, plan.Summary())
	if len(plan.Claims) > 0 && !o.Claims {
		o.Note("kept the data: %s (--claims deletes it)", strings.Join(plan.ClaimNames(), ", "))
	}
	return nil
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
