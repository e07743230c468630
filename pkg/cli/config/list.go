package config

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Profile is one line of config list.
type Profile struct {
	Name           string   `json:"name"`
	Current        bool     `json:"current"`
	Clusters       []string `json:"clusters"`
	DefaultCluster string   `json:"defaultCluster,omitempty"`
	Project        string   `json:"project,omitempty"`
	Endpoints      []string `json:"endpoints"`
}

type listOptions struct {
	Chosen  func() choice
	Note    noteFunc
	Printer printerFunc
	Read    func() (*config.File, error)
}

func newList(env *command.Env, run runner[listOptions]) *cobra.Command {
	opts := listOptions{Chosen: chosen(env), Note: env.Note, Printer: lenientPrinter(env), Read: read(env)}
	cmd := &cobra.Command{
		Use: "list", Aliases: []string{"ls"}, Short: "List the profiles and tell which one is current", Args: command.Args(),
		Long: `List the profiles of the config file: their clusters, the project they work in, and which of the platform's other
systems they know (dex, harbor, kafka, ...).

The current profile, marked with *, is the one that commands use now: that of --profile, else of BCPAAS_PROFILE, else
the one chosen by bcpaas config use.`,
		Example: command.Example("bcpaas config list", "bcpaas config list -o wide", "bcpaas config list -o name"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), opts) },
	}
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runList(_ context.Context, o listOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	file, err := o.Read()
	if err != nil {
		return err
	}
	current := cmp.Or(o.Chosen().Profile, file.Config.CurrentProfile)
	if err := output.PrintList(printer, listView(), profiles(&file.Config, current)); err != nil {
		return err
	}
	tellCurrent(o, &file.Config, current)
	return nil
}

// tellCurrent says what the marker alone would leave unclear.
func tellCurrent(o listOptions, c *config.Config, current string) {
	names, by := c.ProfileNames(), o.Chosen()
	switch {
	case len(names) == 0:
		o.Note("no profiles: bcpaas uses the cluster that kubectl would use; %s", howToMake)
	case current == "" || current == config.Implicit:
		o.Note("no profile is current: bcpaas uses the cluster that kubectl would use; choose one with: bcpaas config use NAME")
	case !slices.Contains(names, current):
		o.Note("%s names profile %s, which is not one of these", by.By, current)
	case by.Profile != "" && c.CurrentProfile != "" && by.Profile != c.CurrentProfile:
		o.Note("%s goes before the file's current profile, which is %s", by.By, c.CurrentProfile)
	}
}

func profiles(c *config.Config, current string) iter.Seq2[Profile, error] {
	return func(yield func(Profile, error) bool) {
		for _, name := range c.ProfileNames() {
			p := c.Profiles[name]
			line := Profile{
				Name: name, Current: name == current, Clusters: p.ClusterNames(), DefaultCluster: p.DefaultCluster,
				Project: p.Project, Endpoints: endpoints(&p),
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// endpoints are the systems that a profile knows, in the order of its fields.
func endpoints(p *config.Profile) []string {
	known := []string{}
	for _, system := range []struct {
		name string
		set  bool
	}{
		{"dex", p.Dex != nil},
		{"directory", p.Directory != nil},
		{"catalog", p.Catalog != nil},
		{"harbor", p.Harbor != nil},
		{"prometheus", p.Prometheus != nil},
		{"alertmanager", p.Alertmanager != nil},
		{"elasticsearch", p.Elasticsearch != nil},
		{"kafka", p.Kafka != nil},
	} {
		if system.set {
			known = append(known, system.name)
		}
	}
	return known
}

func listView() output.View[Profile] {
	words := func(of func(Profile) []string) func(Profile) output.Cell {
		return func(p Profile) output.Cell { return output.Text(strings.Join(of(p), ", ")) }
	}
	return output.View[Profile]{
		Kind: "ProfileList",
		Name: func(p Profile) string { return p.Name },
		Columns: []output.Column[Profile]{
			{Header: "NAME", Cell: func(p Profile) output.Cell { return output.Text(p.Name) }},
			{Header: "CURRENT", Cell: func(p Profile) output.Cell {
				if p.Current {
					return output.Good("*")
				}
				return output.Text("")
			}},
			{Header: "CLUSTERS", Cell: words(func(p Profile) []string { return p.Clusters })},
			{Header: "DEFAULT CLUSTER", Wide: true, Cell: func(p Profile) output.Cell { return output.Text(p.DefaultCluster) }},
			{Header: "PROJECT", Cell: func(p Profile) output.Cell { return output.Text(p.Project) }},
			{Header: "ENDPOINTS", Cell: words(func(p Profile) []string { return p.Endpoints })},
		},
	}
}
