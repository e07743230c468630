package project

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/project"
)

type getOptions struct {
	Name    string
	Now     func() time.Time
	Timeout func() (time.Duration, error)
	Printer printerFunc
	Store   storeFunc
}

func newGet(env *command.Env, run runner[getOptions]) *cobra.Command {
	opts := getOptions{Now: env.Now, Timeout: env.Timeout(0), Printer: env.Printer, Store: connected(env)}
	cmd := &cobra.Command{
		Use: "get PROJECT", Short: "Show a project: its quota and what is in it", Args: command.Args("PROJECT"),
		Example:           command.Example("bcpaas project get shop", "bcpaas project get shop -o json"),
		ValidArgsFunction: completeNames(env),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Name = args[0]
			return run(cmd.Context(), opts)
		},
	}
	command.AddOutput(cmd, env.Global)
	command.AddTimeout(cmd, env.Global, "how long to gather its state (default: no limit; each request 30s)")
	return cmd
}

func runGet(ctx context.Context, o getOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	timeout, err := o.Timeout()
	if err != nil {
		return err
	}
	ctx, cancel := command.Within(ctx, timeout)
	defer cancel()
	store, err := o.Store()
	if err != nil {
		return err
	}
	found, err := store.Get(ctx, o.Name)
	if err != nil {
		return err
	}
	return output.PrintItem(printer, view(o.Now()), found)
}

func details(now time.Time) func(project.Project) output.Details {
	return func(p project.Project) output.Details {
		about := output.Section{Rows: []output.DetailRow{
			output.Row("Name", output.Text(p.Name)),
			output.Row("Status", statusCell(p)),
			output.Row("Protected", protectedCell(p)),
			output.Row("Made by bcpaas", output.Text(yesNo(p.Managed))),
			output.Row("Age", output.Text(output.Age(now.Sub(p.Created)))),
		}}
		if p.Owner != "" {
			about.Rows = append(about.Rows, output.Row("Owner", output.Text(p.Owner)))
		}
		if p.Description != "" {
			about.Rows = append(about.Rows, output.Row("Description", output.Text(p.Description)))
		}
		quota := output.Section{Title: "Quota (used of hard)"}
		for _, q := range p.Quotas {
			quota.Rows = append(quota.Rows, output.Row(q.Resource, output.Text(fmt.Sprintf("%s of %s", q.Used, q.Hard))))
		}
		contents := output.Section{Title: "Contents", Lines: []string{p.Summary(countedKinds())}}
		return output.Details{Sections: []output.Section{about, quota, contents, {Title: "Deletion waits for", Lines: p.Blockers}}}
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
