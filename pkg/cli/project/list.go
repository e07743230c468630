package project

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/project"
)

type listOptions struct {
	Now     func() time.Time
	Timeout func() (time.Duration, error)
	Printer printerFunc
	Store   storeFunc
}

func newList(env *command.Env, run runner[listOptions]) *cobra.Command {
	opts := listOptions{Now: env.Now, Timeout: env.Timeout(0), Printer: env.Printer, Store: connected(env)}
	cmd := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List projects", Args: command.Args(),
		Example: command.Example("bcpaas project list", "bcpaas project list -o name"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), opts) },
	}
	command.AddOutput(cmd, env.Global)
	command.AddTimeout(cmd, env.Global, "how long the whole list may take (default: no limit; each request 30s)")
	return cmd
}

func runList(ctx context.Context, o listOptions) error {
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
	return output.PrintList(printer, view(o.Now()), store.List(ctx))
}

func view(now time.Time) output.View[project.Project] {
	type column = output.Column[project.Project]
	text := func(of func(project.Project) string) func(project.Project) output.Cell {
		return func(p project.Project) output.Cell { return output.Text(of(p)) }
	}
	return output.View[project.Project]{
		Kind: "ProjectList",
		Name: func(p project.Project) string { return p.Name },
		Columns: []column{
			{Header: "NAME", Cell: text(func(p project.Project) string { return p.Name })},
			{Header: "STATUS", Cell: statusCell},
			{Header: "PROTECTED", Cell: protectedCell},
			{Header: "OWNER", Cell: text(func(p project.Project) string { return p.Owner })},
			{Header: "AGE", Right: true, Cell: text(func(p project.Project) string { return output.Age(now.Sub(p.Created)) })},
			{Header: "DESCRIPTION", Wide: true, Cell: text(func(p project.Project) string { return p.Description })},
		},
		Details: details(now),
	}
}

func statusCell(p project.Project) output.Cell {
	if p.Status == "Active" {
		return output.Good(p.Status)
	}
	return output.Warn(p.Status)
}

func protectedCell(p project.Project) output.Cell {
	if p.Protected {
		return output.Text("yes")
	}
	return output.Dim("no")
}
