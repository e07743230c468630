package project

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/project"
)

type createOptions struct {
	Spec    project.Spec
	DryRun  bool
	Note    func(format string, args ...any)
	Printer printerFunc
	Store   storeFunc
}

func newCreate(env *command.Env, run runner[createOptions]) *cobra.Command {
	opts := createOptions{Note: env.Note, Printer: env.Printer, Store: connected(env)}
	var quota, network, dryRun string
	cmd := &cobra.Command{
		Use: "create PROJECT", Short: "Create a project with a quota, limits and network rules by choice", Args: command.Args("PROJECT"),
		Long: `Create a project: a namespace and, by choice, a quota, a limit range and a network policy.

  --quota   small (cpu=2,memory=4Gi,pods=20), medium (cpu=8,memory=16Gi,pods=60), large (cpu=32,memory=64Gi,pods=200),
            none, or quantities of your own; cpu and memory bound the sum of the requests
  --limits  what containers get that name no request (50m CPU, 64Mi) and no memory limit (512Mi); with a quota this is
            on by itself, since a quota refuses containers without a request
  --network open: no rule; isolated: traffic comes in from the project's own pods only (an ingress controller in
            another project then needs a rule of its own)

Creating a project that exists just so is success; one that exists and differs is a conflict (exit code 6).`,
		Example: command.Example(
			"bcpaas project create shop",
			"bcpaas project create shop --quota small --owner team-shop",
			"bcpaas project create shop --quota cpu=4,memory=8Gi --network isolated --dry-run=server -o yaml",
		),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			opts.Spec.Name = args[0]
			if err := project.CheckName(args[0]); err != nil {
				return err
			}
			if err := command.Choice("--network", network, "open", "isolated"); err != nil {
				return err
			}
			if opts.Spec.Quota, err = project.ParseQuota(quota); err != nil {
				return err
			}
			if opts.DryRun, err = command.ServerDryRun(dryRun); err != nil {
				return err
			}
			opts.Spec.Isolated = network == "isolated"
			if !cmd.Flags().Changed("limits") {
				opts.Spec.Limits = len(opts.Spec.Quota) > 0
			}
			return run(cmd.Context(), opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&quota, "quota", "none", "small, medium, large, none, or e.g. cpu=4,memory=8Gi,pods=50")
	flags.BoolVar(&opts.Spec.Limits, "limits", false, "give containers that name none a default request and memory limit")
	flags.StringVar(&network, "network", "open", "open or isolated")
	flags.StringVar(&opts.Spec.Owner, "owner", "", "who answers for the project (an annotation)")
	flags.StringVar(&opts.Spec.Description, "description", "", "what it is for (an annotation)")
	flags.BoolVar(&opts.Spec.Protected, "protect", false, "protect it at once: see project protect")
	flags.StringVar(&dryRun, "dry-run", "", "server: let the server check, and change nothing")
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runCreate(ctx context.Context, o createOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	store, err := o.Store()
	if err != nil {
		return err
	}
	created, err := store.Create(ctx, o.Spec, o.DryRun)
	if err != nil {
		return err
	}
	if created.Existed {
		o.Note("project %s exists already, just so: nothing to do", created.Project)
	}
	return output.PrintItem(printer, createdView(), created)
}

func createdView() output.View[project.Created] {
	return output.View[project.Created]{
		Kind: "CreatedList",
		Name: func(c project.Created) string { return c.Project },
		Columns: []output.Column[project.Created]{
			{Header: "PROJECT", Cell: func(c project.Created) output.Cell { return output.Text(c.Project) }},
			{Header: "RESULT", Cell: func(c project.Created) output.Cell {
				switch {
				case c.DryRun:
					return output.Text("would be created")
				case c.Existed:
					return output.Text("unchanged")
				default:
					return output.Good("created")
				}
			}},
		},
	}
}
