package project

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/project"
)

type deleteOptions struct {
	Name           string
	Yes, Force     bool
	Wait, DryRun   bool
	Timeout        func() (time.Duration, error)
	Ask            func(ctx context.Context, question, name string, yes bool) error
	Note           func(format string, args ...any)
	AlsoProtected  func() ([]string, error)
	ClusterAddress func() (string, error)
	Store          storeFunc
}

func newDelete(env *command.Env, run runner[deleteOptions]) *cobra.Command {
	opts := deleteOptions{
		Ask: env.ConfirmName, Note: env.Note, AlsoProtected: alsoProtected(env),
		ClusterAddress: clusterName(env), Store: connected(env), Timeout: env.Timeout(5 * time.Minute),
	}
	var dryRun string
	cmd := &cobra.Command{
		Use: "delete PROJECT", Short: "Delete a project and all that is in it", Args: command.Args("PROJECT"),
		Long: `Delete a project and all that is in it: its apps, its data, its secrets. It can't be undone, so the name has to be
typed out (--yes answers). It waits until the project is gone, and says what holds the deletion up when it isn't by
--timeout (exit code 7). Deleting a project that is not there is success.`,
		Example:           command.Example("bcpaas project delete shop", "bcpaas project delete shop --yes --wait=false"),
		ValidArgsFunction: completeNames(env),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			opts.Name = args[0]
			if opts.DryRun, err = command.ServerDryRun(dryRun); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&opts.Wait, "wait", true, "wait until the project is gone")
	flags.BoolVar(&opts.Force, "force-protected", false, "delete it although it is protected")
	flags.StringVar(&dryRun, "dry-run", "", "server: tell what would go, let the server check, and change nothing")
	command.AddYes(cmd, &opts.Yes)
	command.AddTimeout(cmd, env.Global, "how long to wait (default 5m)")
	return cmd
}

func runDelete(ctx context.Context, o deleteOptions) error {
	timeout, err := o.Timeout()
	if err != nil {
		return err
	}
	store, err := o.Store()
	if err != nil {
		return err
	}
	found, err := store.Get(ctx, o.Name)
	if fault.Is(err, fault.NotFound) {
		o.Note("project %s is not there: nothing to do", o.Name)
		return nil
	}
	if err != nil {
		return err
	}
	if err := confirmDelete(ctx, o, found); err != nil {
		return err
	}
	if err := store.Delete(ctx, o.Name, o.DryRun); err != nil {
		return err
	}
	if o.DryRun {
		o.Note("project %s would be deleted with %s", o.Name, found.Summary(countedKinds()))
		return nil
	}
	if !o.Wait {
		o.Note("project %s is being deleted", o.Name)
		return nil
	}
	return awaitGone(ctx, o, store, timeout)
}

func confirmDelete(ctx context.Context, o deleteOptions, found project.Project) error {
	also, err := o.AlsoProtected()
	if err != nil {
		return err
	}
	if err := project.Refuse(found, also, o.Force, "deleting project"); err != nil {
		return err
	}
	if o.DryRun {
		return nil
	}
	cluster, err := o.ClusterAddress()
	if err != nil {
		return err
	}
	question := fmt.Sprintf("Delete project %s on cluster %s for good, with %s?", o.Name, cluster, found.Summary(countedKinds()))
	return o.Ask(ctx, question, o.Name, o.Yes)
}

// awaitGone asks once a second: a namespace goes in steps that a watch on it would not show sooner.
func awaitGone(ctx context.Context, o deleteOptions, store project.Store, timeout time.Duration) error {
	var deadline <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		deadline = timer.C
	}
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	var last project.Project
	for {
		found, err := store.Get(ctx, o.Name)
		switch {
		case fault.Is(err, fault.NotFound):
			o.Note("project %s is deleted", o.Name)
			return nil
		case fault.Is(err, fault.Forbidden):
			o.Note("project %s is being deleted; the right to see it went with it, so the end can't be seen", o.Name)
			return nil
		case err != nil && !fault.Is(err, fault.NoVerdict):
			return err
		case err == nil:
			last = found
		}
		select {
		case <-ctx.Done():
			return fault.New(fault.Interrupted, "interrupted: project %s is still being deleted on the server", o.Name)
		case <-deadline:
			return fault.New(fault.NoVerdict, "deleting project %s: not gone after %s: %s", o.Name, timeout, blockers(last)).
				WithHint("bcpaas project get %s shows what is left", o.Name)
		case <-ticks.C:
		}
	}
}

func blockers(p project.Project) string {
	if len(p.Blockers) == 0 {
		return "still there: " + p.Summary(countedKinds())
	}
	return strings.Join(p.Blockers, "; ")
}
