package config

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Place is where the config file is, or would be.
type Place struct {
	Path   string `json:"path"`
	Exists bool   `json:"exists"`
}

type pathOptions struct {
	Path    func() (path string, chosen bool)
	Stat    func(string) (fs.FileInfo, error)
	Note    noteFunc
	Printer printerFunc
}

func newPath(env *command.Env, run runner[pathOptions]) *cobra.Command {
	opts := pathOptions{Path: path(env), Stat: os.Stat, Note: env.Note, Printer: lenientPrinter(env)}
	cmd := &cobra.Command{
		Use: "path", Short: "Print where the config file is, or would be", Args: command.Args(),
		Long: `Print the path of the config file, and say on stderr when there is none. The file itself is not read.

It is the file that BCPAAS_CONFIG names, else bcpaas/config.yaml in $XDG_CONFIG_HOME, else ~/.config/bcpaas/config.yaml
(%AppData%\bcpaas\config.yaml on Windows). To change it with an editor: vi "$(bcpaas config path)"`,
		Example: command.Example("bcpaas config path", "bcpaas config path -o json"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), opts) },
	}
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runPath(_ context.Context, o pathOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	path, byVariable := o.Path()
	if path == "" {
		return fault.New(fault.Usage, "finding the config file: there is no home folder").WithHint("name the file with BCPAAS_CONFIG")
	}
	_, err = o.Stat(path)
	place := Place{Path: path, Exists: !errors.Is(err, fs.ErrNotExist)}
	switch {
	case !place.Exists && byVariable:
		o.Note("there is no such file, although BCPAAS_CONFIG names it: bcpaas config set makes it")
	case !place.Exists:
		o.Note("there is no such file yet: bcpaas config set makes it")
	}
	if printer.ForPeople() {
		return printer.Text(place.Path + "\n")
	}
	return output.PrintItem(printer, placeView(), place)
}

func placeView() output.View[Place] {
	return output.View[Place]{
		Kind: "PlaceList",
		Name: func(p Place) string { return p.Path },
		Columns: []output.Column[Place]{
			{Header: "PATH", Cell: func(p Place) output.Cell { return output.Text(p.Path) }},
			{Header: "EXISTS", Cell: func(p Place) output.Cell {
				if p.Exists {
					return output.Text("yes")
				}
				return output.Text("no")
			}},
		},
	}
}
