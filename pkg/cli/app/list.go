package app

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

type listOptions struct {
	AllProjects bool
	Kinds       []string
	Selector    string
	Unwell      bool
	Limit       int
	Timeout     func() (time.Duration, error)

	Now       func() time.Time
	Note      func(format string, args ...any)
	Printer   printerFunc
	Inventory inventoryFunc
}

func newList(env *command.Env, run runner[listOptions]) *cobra.Command {
	opts := listOptions{Timeout: env.Timeout(0), Now: env.Now, Note: env.Note, Printer: env.Printer, Inventory: connectedInventory(env)}
	var kinds []string
	cmd := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List what runs, its health, and the cause where it is unwell", Args: command.Args(),
		Long: `List the workloads of a project, or of all projects with -A: Deployments, StatefulSets, DaemonSets, Jobs and CronJobs,
whoever made them. For those that are unwell the pods are read and the cause is told in a few words; "app why" tells
more. Bare pods and ReplicaSets are listed with --kind.

With -A and without the right to list all projects, the projects that may be read are shown, and how many are not.`,
		Example: command.Example(
			"bcpaas app list",
			"bcpaas app list -A --unwell",
			"bcpaas app list -A -o wide --kind statefulset",
			"bcpaas app list -l team=web -o name",
		),
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts.AllProjects = env.Global.AllProjects
			opts.Kinds = inventory.DefaultKinds()
			if len(kinds) > 0 {
				opts.Kinds = nil
			}
			for _, word := range kinds {
				kind, err := inventory.ParseKind(word)
				if err != nil {
					return err
				}
				opts.Kinds = append(opts.Kinds, kind)
			}
			if opts.Limit < 0 {
				return fault.New(fault.Usage, "--limit must be 0 or more, not %d", opts.Limit)
			}
			if err := command.CheckSelector(opts.Selector); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&kinds, "kind", nil, "only these kinds: deployment, statefulset, daemonset, job, cronjob, replicaset, pod")
	flags.StringVarP(&opts.Selector, "selector", "l", "", "only what bears these labels, e.g. team=web,tier!=cache")
	flags.BoolVar(&opts.Unwell, "unwell", false, "only what is not healthy and not stopped")
	flags.IntVar(&opts.Limit, "limit", 0, "at most so many; 0 is all")
	connect.AddProject(cmd, env)
	command.AddAllProjects(cmd, env.Global)
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
	store, project, err := o.Inventory()
	if err != nil {
		return err
	}
	if o.AllProjects {
		project = ""
	}
	query := inventory.Query{Project: project, Kinds: o.Kinds, Selector: o.Selector, Note: o.Note}
	shown := 0
	rows := counted(wanted(store.List(ctx, query), o.Unwell, o.Limit), &shown)
	if err := output.PrintList(printer, listView(o.Now(), o.AllProjects), rows); err != nil {
		return err
	}
	if shown == 0 && project != "" { // nothing there, or not there at all?
		if err := store.CheckProject(ctx, project); err != nil {
			return err
		}
	}
	if shown == 0 {
		o.Note("%s", nothingFound(o, project))
	}
	return nil
}

func nothingFound(o listOptions, project string) string {
	what := "no workloads"
	if o.Unwell {
		what = "nothing unwell"
	}
	if o.Selector != "" {
		what += " with " + o.Selector
	}
	if project == "" {
		return what + " in any project"
	}
	return fmt.Sprintf("%s in project %s", what, project)
}

// wanted keeps the rows that were asked for, and stops asking when there are enough.
func wanted(rows iter.Seq2[inventory.Workload, error], unwell bool, limit int) iter.Seq2[inventory.Workload, error] {
	return func(yield func(inventory.Workload, error) bool) {
		n := 0
		for row, err := range rows {
			if err == nil && unwell && (row.Health == inventory.Healthy || row.Health == inventory.Stopped) {
				continue
			}
			if n++; !yield(row, err) || (limit > 0 && n == limit) {
				return
			}
		}
	}
}

func counted[T any](rows iter.Seq2[T, error], n *int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row, err := range rows {
			if err == nil {
				*n++
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func listView(now time.Time, withProject bool) output.View[inventory.Workload] {
	type column = output.Column[inventory.Workload]
	text := func(of func(inventory.Workload) string) func(inventory.Workload) output.Cell {
		return func(w inventory.Workload) output.Cell { return output.Text(of(w)) }
	}
	columns := []column{
		{Header: "NAME", Cell: text(func(w inventory.Workload) string { return w.Name })},
		{Header: "KIND", Cell: text(func(w inventory.Workload) string { return strings.ToLower(w.Kind) })},
		{Header: "READY", Right: true, Cell: text(func(w inventory.Workload) string { return fmt.Sprintf("%d/%d", w.Ready, w.Wanted) })},
		{Header: "HEALTH", Cell: func(w inventory.Workload) output.Cell { return healthCell(w.Health) }},
		{Header: "CAUSE", Cell: text(func(w inventory.Workload) string { return w.Cause })},
		{Header: "APP", Wide: true, Cell: text(func(w inventory.Workload) string { return w.App })},
		{Header: "UPDATED", Wide: true, Right: true, Cell: text(func(w inventory.Workload) string { return strconv.Itoa(int(w.Updated)) })},
		{Header: "IMAGE", Cell: text(shortImages)},
		{Header: "RELEASE", Right: true, Cell: text(releaseText)},
		{Header: "AGE", Right: true, Cell: text(func(w inventory.Workload) string { return output.Age(now.Sub(w.Created)) })},
		{Header: "CPU REQUESTED", Wide: true, Right: true, Cell: text(func(w inventory.Workload) string { return millis(w.CPUMillis) })},
		{Header: "MEMORY REQUESTED", Wide: true, Right: true, Cell: text(func(w inventory.Workload) string { return output.Bytes(w.MemoryBytes) })},
	}
	if withProject {
		columns = append([]column{{Header: "PROJECT", Cell: text(func(w inventory.Workload) string { return w.Project })}}, columns...)
	}
	return output.View[inventory.Workload]{Kind: "WorkloadList", Name: inventory.Workload.ID, Columns: columns}
}

func shortImages(w inventory.Workload) string {
	short := make([]string, len(w.Images))
	for i, image := range w.Images {
		short[i] = app.ShortImage(image)
	}
	return strings.Join(short, ",")
}

func releaseText(w inventory.Workload) string {
	if w.Release == 0 {
		return "-"
	}
	return strconv.Itoa(w.Release)
}

// millis shows CPU as Kubernetes writes it: 250m, 2.
func millis(n int64) string {
	if n%1000 == 0 {
		return strconv.FormatInt(n/1000, 10)
	}
	return strconv.FormatInt(n, 10) + "m"
}

func healthCell(h inventory.Health) output.Cell {
	switch h {
	case inventory.Healthy:
		return output.Good(string(h))
	case inventory.Failed, inventory.Degraded:
		return output.Bad(string(h))
	case inventory.Stopped, healthDeleted:
		return output.Dim(string(h))
	default:
		return output.Warn(string(h))
	}
}
