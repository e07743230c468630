package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

type getOptions struct {
	Target  inventory.Arg
	Timeout func() (time.Duration, error)

	Now       func() time.Time
	Printer   printerFunc
	Inventory inventoryFunc
	Watcher   func() (rollout.Watcher, error)
	Records   func() (rollout.Records, error)
}

// appDetails is what get shows.
type appDetails struct {
	Name      string             `json:"name"`
	Project   string             `json:"project"`
	Health    inventory.Health   `json:"health"`
	Live      int                `json:"liveRelease,omitempty"`
	Release   *app.Release       `json:"release,omitempty"` // the one asked for (APP@N), else the one that is live
	Running   []string           `json:"runningImages,omitempty"`
	Workloads []diagnosis.Report `json:"workloads"`
	Releases  []app.Release      `json:"releases,omitempty"` // the newest first
}

func newGet(env *command.Env, run runner[getOptions]) *cobra.Command {
	store := connected(env)
	opts := getOptions{
		Now: env.Now, Printer: env.Printer, Inventory: connectedInventory(env), Timeout: env.Timeout(30 * time.Second),
		Watcher: func() (rollout.Watcher, error) { s, _, err := store(); return s, err },
		Records: func() (rollout.Records, error) { s, _, err := store(); return s, err },
	}
	cmd := &cobra.Command{
		Use: "get NAME", Short: "Show an app or workload: its state, images and releases", Args: command.Args("[NAME]"),
		Long: `Show an app or any workload: how many pods are wanted and ready, which images run with which digest, who deployed it
when, and what is wrong, in a line each ("app why" shows the evidence).`,
		Example:           command.Example("bcpaas app get cart -p shop", "bcpaas app get shop/cart@7   # one release", "bcpaas app get shop/statefulset/db -o json"),
		ValidArgsFunction: completeWorkloads(env),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if opts.Target, err = target(env, cmd, args); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	connect.AddProject(cmd, env)
	command.AddOutput(cmd, env.Global)
	command.AddTimeout(cmd, env.Global, "how long to gather its state (default 30s)")
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
	store, project, err := o.Inventory()
	if err != nil {
		return err
	}
	if o.Target.Project == "" {
		o.Target.Project = project
	}
	refs, err := store.Find(ctx, o.Target)
	if fault.Is(err, fault.NotFound) {
		return o.deleted(ctx, printer, err)
	}
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
	found := appDetails{
		Name: o.Target.Name, Project: o.Target.Project, Health: health(seen.Reports), Workloads: seen.Reports, Running: runningImages(seen.Digests),
	}
	if err := o.addReleases(ctx, &found); err != nil {
		return err
	}
	return output.PrintItem(printer, getView(o.Now()), found)
}

// healthDeleted is the state of an app of which the records are left.
const healthDeleted = inventory.Health("deleted")

// deleted shows what is recorded of an app that is not there any more; without a record the fault stands.
func (o *getOptions) deleted(ctx context.Context, printer *output.Printer, notFound error) error {
	found := appDetails{Name: o.Target.Name, Project: o.Target.Project, Health: healthDeleted, Workloads: []diagnosis.Report{}}
	if o.Target.Kind != "" {
		return notFound
	}
	if err := o.addReleases(ctx, &found); err != nil || len(found.Releases) == 0 {
		return notFound
	}
	return output.PrintItem(printer, getView(o.Now()), found)
}

// runningImages are the images of the pods, with what they resolved to.
func runningImages(digests map[string]string) []string {
	var out []string
	for _, image := range slices.Sorted(maps.Keys(digests)) {
		out = append(out, imageText(app.ReleaseImage{Image: image, Digest: digests[image]}))
	}
	return out
}

func (o *getOptions) addReleases(ctx context.Context, found *appDetails) error {
	records, err := o.Records()
	if err != nil {
		return err
	}
	head, err := records.Head(ctx, found.Project, found.Name)
	if err != nil || head.Last == 0 {
		return err
	}
	if found.Releases, err = records.Releases(ctx, found.Project, found.Name); err != nil {
		return err
	}
	shown := head.Base
	if o.Target.Release != 0 {
		shown = o.Target.Release
	}
	found.Live = head.Base
	for i := range found.Releases {
		if found.Releases[i].ID == shown {
			found.Release = &found.Releases[i]
		}
	}
	if o.Target.Release != 0 && found.Release == nil {
		return fault.New(fault.NotFound, "%s/%s has no release %d (any more)", found.Project, found.Name, shown).
			WithHint("bcpaas app get %s -p %s lists the releases that are kept", found.Name, found.Project)
	}
	return nil
}

func getView(now time.Time) output.View[appDetails] {
	return output.View[appDetails]{
		Kind: "AppList",
		Name: func(d appDetails) string { return d.Project + "/" + d.Name },
		Columns: []output.Column[appDetails]{
			{Header: "PROJECT", Cell: func(d appDetails) output.Cell { return output.Text(d.Project) }},
			{Header: "NAME", Cell: func(d appDetails) output.Cell { return output.Text(d.Name) }},
			{Header: "HEALTH", Cell: func(d appDetails) output.Cell { return healthCell(d.Health) }},
			{Header: "RELEASE", Cell: func(d appDetails) output.Cell {
				if d.Release == nil {
					return output.Dim("-")
				}
				return output.Text(fmt.Sprint(d.Release.ID))
			}},
		},
		Details: func(d appDetails) output.Details { return getDetails(d, now) },
	}
}

func getDetails(d appDetails, now time.Time) output.Details {
	about := output.Section{Rows: []output.DetailRow{
		output.Row("Name", output.Text(d.Name)),
		output.Row("Project", output.Text(d.Project)),
		output.Row("Health", healthCell(d.Health)),
	}}
	if r := d.Release; r != nil {
		about.Rows = append(about.Rows, output.Row("Release", output.Text(releaseLine(*r, now))))
		if r.ID != d.Live {
			about.Rows = append(about.Rows, output.Row("Live", output.Text(fmt.Sprintf("release %d", d.Live))))
		}
	}
	for _, image := range d.Running {
		about.Rows = append(about.Rows, output.Row("Runs", output.Text(image)))
	}
	if r := d.Release; r != nil {
		for _, image := range r.Images {
			if text := imageText(image); !slices.Contains(d.Running, text) {
				about.Rows = append(about.Rows, output.Row("Released as "+image.Component, output.Text(text)))
			}
		}
	}
	workloads := output.Section{Title: "Workloads"}
	for i := range d.Workloads {
		r := &d.Workloads[i]
		workloads.Rows = append(workloads.Rows, output.Row(r.Ref.Arg(), output.Cell{Text: workloadSummary(r), Style: styleOf(r)}))
	}
	releases := output.Section{Title: "Releases"}
	const shown = 5
	for i, r := range d.Releases {
		if i == shown {
			releases.Lines = append(releases.Lines, fmt.Sprintf("and %d more", len(d.Releases)-shown))
			break
		}
		releases.Lines = append(releases.Lines, releaseLine(r, now))
	}
	return output.Details{Sections: []output.Section{about, workloads, releases}}
}

func workloadSummary(r *diagnosis.Report) string {
	lines := []string{fmt.Sprintf("%d of %d ready, %d updated: %s", r.Ready, r.Wanted, r.Updated, r.Summary)}
	for _, cause := range r.Causes {
		lines = append(lines, string(cause.Code)+": "+cause.Message)
	}
	return strings.Join(lines, "\n")
}

func imageText(image app.ReleaseImage) string {
	if image.Digest == "" {
		return image.Image + " (digest not resolved)"
	}
	if strings.Contains(image.Image, "@") {
		return image.Image
	}
	return image.Image + "@" + image.Digest
}

func releaseLine(r app.Release, now time.Time) string {
	verdict := string(r.Verdict)
	switch {
	case verdict == "" && r.Ended == nil:
		verdict = "did not end" // under way still, or killed
	case verdict == "":
		verdict = "not waited for"
	}
	line := fmt.Sprintf("%d  %s  %s ago by %s", r.ID, verdict, output.Age(now.Sub(r.Time)), r.Who)
	if r.Cause != "" {
		line += "  (" + r.Cause + ")"
	}
	if r.Message != "" {
		line += "  " + r.Message
	}
	return line
}
