package project

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/project"
)

type protectOptions struct {
	Name  string
	On    bool
	Yes   bool
	Ask   func(ctx context.Context, question string, yes bool) error
	Note  func(format string, args ...any)
	Store storeFunc
}

func newProtect(env *command.Env, on bool, run runner[protectOptions]) *cobra.Command {
	opts := protectOptions{On: on, Ask: env.Confirm, Note: env.Note, Store: connected(env)}
	cmd := &cobra.Command{
		Use: "protect PROJECT", Short: "Make destructive verbs refuse a project", Args: command.Args("PROJECT"),
		Long: `Set the label bcpaas.io/protected=true on the namespace: then project delete and app delete refuse the project
without --force-protected. It guards against mistakes, not against malice: rights are what keeps people out.`,
		Example:           command.Example("bcpaas project protect payments"),
		ValidArgsFunction: completeNames(env),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Name = args[0]
			return run(cmd.Context(), opts)
		},
	}
	if !on {
		cmd.Use, cmd.Short = "unprotect PROJECT", "Take the protection of a project away"
		cmd.Long, cmd.Example = "", command.Example("bcpaas project unprotect payments --yes")
		command.AddYes(cmd, &opts.Yes)
	}
	return cmd
}

func runProtect(ctx context.Context, o protectOptions) error {
	if !o.On && project.System(o.Name) {
		return fault.New(fault.Usage, "unprotecting project %s: it belongs to the cluster itself and is always protected", o.Name)
	}
	store, err := o.Store()
	if err != nil {
		return err
	}
	if !o.On {
		if err := o.Ask(ctx, "Take the protection of project "+o.Name+" away?", o.Yes); err != nil {
			return err
		}
	}
	changed, err := store.Protect(ctx, o.Name, o.On)
	if err != nil {
		return err
	}
	word := map[bool]string{true: "protected", false: "not protected"}[o.On]
	if !changed {
		o.Note("project %s is %s already: nothing to do", o.Name, word)
		return nil
	}
	o.Note("project %s is %s now", o.Name, word)
	return nil
}
