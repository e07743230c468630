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
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

type whyOptions struct {
	Target   inventory.Arg
	ExitCode bool
	Timeout  func() (time.Duration, error)

	Now       func() time.Time
	Note      func(format string, args ...any)
	Printer   printerFunc
	Inventory inventoryFunc
	Watcher   func() (rollout.Watcher, error)
}

func newWhy(env *command.Env, run runner[whyOptions]) *cobra.Command {
	opts := whyOptions{
		Now: env.Now, Note: env.Note, Printer: env.Printer, Inventory: connectedInventory(env), Timeout: env.Timeout(30 * time.Second),
		Watcher: func() (rollout.Watcher, error) {
			store, _, err := connected(env)()
			return store, err
		},
	}
	cmd := &cobra.Command{
		Use: "why NAME", Short: "Say why an app or workload is not as it should be", Args: command.Args("[NAME]"),
		Long: `Say what is wrong with an app or with any workload, and why: the cause, the evidence for it, and the next command.

It reads the workload, its pods, their events and, where they tell, the last lines of their logs; what may not be read is
told, and the rest is judged without it. It changes nothing and does not wait. The exit code is 0 whatever it finds,
unless --exit-code is given: then it is 9 for anything that is not as wanted.`,
		Example: command.Example(
			"bcpaas app why cart -p shop",
			"bcpaas app why deployment/coredns -p kube-system",
			"bcpaas app why shop/cart -o json | jq -r '.items[].causes[].code'",
		),
		ValidArgsFunction: completeWorkloads(env),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if opts.Target, err = target(env, cmd, args); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	cmd.Flags().BoolVar(&opts.ExitCode, "exit-code", false, "exit with 9 if anything is not as wanted")
	connect.AddProject(cmd, env)
	command.AddOutput(cmd, env.Global)
	command.AddTimeout(cmd, env.Global, "how long to gather evidence (default 30s)")
	return cmd
}

// target is the app or workload named on the command line, else the app of .bcpaas.yaml.
func target(env *command.Env, cmd *cobra.Command, args []string) (inventory.Arg, error) {
	if len(args) > 0 {
		return named(env, args[0])
	}
	settings, err := env.Settings()
	if err != nil {
		return inventory.Arg{}, err
	}
	if settings.App == "" {
		return inventory.Arg{}, fault.New(fault.Usage, "%s needs NAME", cmd.CommandPath()).WithHint("%s --help", cmd.CommandPath())
	}
	return inventory.ParseArg(settings.App)
}

// named reads a target; a project in it and another one as a flag contradict each other.
func named(env *command.Env, text string) (inventory.Arg, error) {
	target, err := inventory.ParseArg(text)
	if given := env.Global.Given("project"); err == nil && given != "" && target.Project != "" && given != target.Project {
		return target, fault.New(fault.Usage, "%s is in project %s, and --project says %s", text, target.Project, given)
	}
	if target.Project == "" {
		target.Project = env.Global.Given("project")
	}
	return target, err
}

func runWhy(ctx context.Context, o whyOptions) error {
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
	if o.Target.Project == "" {
		o.Target.Project = project
	}
	if o.Target.Release != 0 {
		o.Note("why is about what runs now, whichever release that is")
	}
	refs, err := store.Find(ctx, o.Target)
	if err != nil {
		return err
	}
	watcher, err := o.Watcher()
	if err != nil {
		return err
	}
	seen, err := rollout.Look(ctx, watcher, refs)
	if err != nil {
		return err
	}
	reports := seen.Reports
	if err := printReports(printer, reports, o.Now()); err != nil {
		return err
	}
	for i := range reports {
		if o.ExitCode && reports[i].Verdict != diagnosis.Succeeded {
			return fault.New(fault.Findings, "%s: %s", reports[i].Ref, reports[i].Summary)
		}
	}
	return nil
}

func printReports(printer *output.Printer, reports []diagnosis.Report, now time.Time) error {
	if printer.ForPeople() {
		var all output.Details
		for _, report := range reports {
			all.Sections = append(all.Sections, reportSections(report, now)...)
		}
		return output.PrintDetails(printer, all)
	}
	return output.PrintList(printer, reportView(), func(yield func(diagnosis.Report, error) bool) {
		for _, report := range reports {
			if !yield(report, nil) {
				return
			}
		}
	})
}

func reportView() output.View[diagnosis.Report] {
	text := func(of func(diagnosis.Report) string) func(diagnosis.Report) output.Cell {
		return func(r diagnosis.Report) output.Cell { return output.Text(of(r)) }
	}
	return output.View[diagnosis.Report]{
		Kind: "ReportList",
		Name: func(r diagnosis.Report) string { return r.Ref.String() },
		Columns: []output.Column[diagnosis.Report]{
			{Header: "OBJECT", Cell: text(func(r diagnosis.Report) string { return r.Ref.String() })},
			{Header: "VERDICT", Cell: text(func(r diagnosis.Report) string { return string(r.Verdict) })},
			{Header: "READY", Cell: text(func(r diagnosis.Report) string { return fmt.Sprintf("%d/%d", r.Ready, r.Wanted) })},
			{Header: "CODES", Cell: text(func(r diagnosis.Report) string {
				var codes []string
				for _, cause := range r.Causes {
					codes = append(codes, string(cause.Code))
				}
				return strings.Join(codes, ",")
			})},
			{Header: "SUMMARY", Cell: text(func(r diagnosis.Report) string { return r.Summary })},
		},
	}
}

// reportSections shows a report to people: the verdict, then each cause with its evidence and the next step.
func reportSections(r diagnosis.Report, now time.Time) []output.Section {
	head := output.Section{Rows: []output.DetailRow{
		output.Row(r.Ref.String(), verdictCell(r)),
	}}
	sections := []output.Section{head}
	for _, cause := range r.Causes {
		sections = append(sections, causeSection(cause, now))
	}
	var unread []string
	for _, u := range r.Unread {
		unread = append(unread, fmt.Sprintf("%s: %s", u.Kind, u.Reason))
	}
	return append(sections, output.Section{Title: "Could not be read", Lines: unread})
}

func verdictCell(r diagnosis.Report) output.Cell {
	text := r.Summary
	switch r.Verdict {
	case diagnosis.Succeeded:
		return output.Good(text)
	case diagnosis.Failed:
		return output.Bad(text)
	default:
		return output.Warn(text)
	}
}

func causeSection(c diagnosis.Cause, now time.Time) output.Section {
	where := ""
	if c.Affected > 0 && c.Total > 1 {
		where = fmt.Sprintf(" (%d of %d pods)", c.Affected, c.Total)
	}
	section := output.Section{Title: string(c.Code) + where, Lines: []string{c.Message}}
	if !c.Since.IsZero() {
		section.Lines[0] += fmt.Sprintf("  [for %s]", output.Age(now.Sub(c.Since)))
	}
	for _, e := range c.Evidence {
		section.Lines = append(section.Lines, evidenceLines(e)...)
	}
	if len(c.Nodes) > 0 {
		section.Lines = append(section.Lines, "on "+strings.Join(c.Nodes, ", "))
	}
	if c.Hint != "" {
		section.Lines = append(section.Lines, "next: "+c.Hint)
	}
	return section
}

func evidenceLines(e diagnosis.Evidence) []string {
	lines := strings.Split(strings.TrimRight(e.Text, "\n"), "\n")
	label := string(e.Kind)
	if e.Object != "" {
		label += " " + e.Object
	}
	if len(lines) == 1 {
		return []string{"- " + label + ": " + lines[0]}
	}
	out := []string{"- " + label + ":"}
	for _, line := range lines {
		out = append(out, "    "+line)
	}
	return out
}
