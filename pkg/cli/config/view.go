package config

import (
	"cmp"
	"context"
	"iter"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Setting is one line of config view.
type Setting struct {
	Key    string  `json:"key"`
	Value  string  `json:"value"`
	Origin *Origin `json:"origin,omitempty"` // with --origin only

	origin config.Origin
}

// Origin is where a setting came from.
type Origin struct {
	Kind string `json:"kind"` // flag, env, file, kubeconfig or default
	Name string `json:"name,omitempty"`
	Line int    `json:"line,omitempty"`
}

type viewOptions struct {
	Origin   bool
	Printer  printerFunc
	Settings func() (*config.Settings, error)
	// Kubeconfig tells what the kubeconfig decides: the name of its context and the namespace of it. Nothing is contacted.
	Kubeconfig func() (context, namespace string, err error)
}

func newView(env *command.Env, run runner[viewOptions]) *cobra.Command {
	opts := viewOptions{Printer: env.Printer, Settings: env.Settings, Kubeconfig: currentContext(env)}
	cmd := &cobra.Command{
		Use: "view", Short: "Show the settings in effect, and where each came from", Args: command.Args(),
		Long: `Show the settings that commands use here and now: flags, environment variables, the working folder's .bcpaas.yaml and
the current profile taken together. With --origin each line tells where its value came from: the flag, the variable, or
the file and line. Flags such as --profile and --cluster may be given to see what they would change.

Where neither says, the cluster and the project are those of the kubeconfig's current context. An empty value is not set;
each command then has its own.`,
		Example: command.Example(
			"bcpaas config view --origin",
			"bcpaas config view --profile office",
			"bcpaas config view -o jsonpath='{.items[?(@.key==\"cluster\")].value}'",
		),
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), opts) },
	}
	cmd.Flags().BoolVar(&opts.Origin, "origin", false, "tell where each value came from")
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runView(_ context.Context, o viewOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	settings, err := o.Settings()
	if err != nil {
		return err
	}
	return output.PrintList(printer, settingView(o.Origin), effective(o.fromKubeconfig(settings.View()), o.Origin))
}

// fromKubeconfig fills in what the settings leave to the kubeconfig; one that can't be read leaves it empty.
func (o *viewOptions) fromKubeconfig(rows []config.Row) []config.Row {
	cluster, project, err := o.Kubeconfig()
	if err != nil {
		return rows
	}
	for i := range rows {
		switch {
		case rows[i].Key == "cluster" && rows[i].Value == "":
			rows[i].Value, rows[i].Origin = cluster, config.Origin{Kind: "kubeconfig"}
		case rows[i].Key == "project" && rows[i].Value == "":
			rows[i].Value, rows[i].Origin = project, config.Origin{Kind: "kubeconfig"}
		}
	}
	return rows
}

func effective(rows []config.Row, withOrigin bool) iter.Seq2[Setting, error] {
	return func(yield func(Setting, error) bool) {
		for _, row := range rows {
			setting := Setting{Key: row.Key, Value: row.Value, origin: row.Origin}
			if withOrigin {
				setting.Origin = &Origin{Kind: cmp.Or(row.Origin.Kind, "default"), Name: row.Origin.Name, Line: row.Origin.Line}
			}
			if !yield(setting, nil) {
				return
			}
		}
	}
}

func settingView(withOrigin bool) output.View[Setting] {
	view := output.View[Setting]{
		Kind: "SettingList",
		Name: func(s Setting) string { return s.Key },
		Columns: []output.Column[Setting]{
			{Header: "KEY", Cell: func(s Setting) output.Cell { return output.Text(s.Key) }},
			{Header: "VALUE", Cell: func(s Setting) output.Cell { return output.Text(s.Value) }},
		},
	}
	if withOrigin {
		view.Columns = append(view.Columns, output.Column[Setting]{Header: "ORIGIN", Cell: originCell})
	}
	return view
}

func originCell(s Setting) output.Cell {
	if s.origin.Kind == "" {
		return output.Dim(s.origin.String())
	}
	return output.Text(s.origin.String())
}
