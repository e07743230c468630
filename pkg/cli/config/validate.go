package config

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Validity is what validate prints of a file without mistakes.
type Validity struct {
	File     string `json:"file"`
	Result   string `json:"result"` // valid or absent
	Profiles int    `json:"profiles"`
}

type validateOptions struct {
	File     string // empty: the one that bcpaas uses
	Path     func() (path string, chosen bool)
	Read     func() (*config.File, error)
	ReadFile func(path string) (*config.File, error)
	Source   func(path string) ([]byte, error)
	Note     noteFunc
	Printer  printerFunc
}

func newValidate(env *command.Env, run runner[validateOptions]) *cobra.Command {
	opts := validateOptions{
		Path: path(env), Read: read(env), ReadFile: config.ReadFile, Source: os.ReadFile,
		Note: env.Note, Printer: lenientPrinter(env),
	}
	cmd := &cobra.Command{
		Use: "validate [FILE]", Short: "Check a config file and tell all that is wrong with it", Args: command.Args("[FILE]"),
		Long: `Check a config file, the one that bcpaas uses unless FILE names another: unknown keys, wrong types and values, names
that are not there, secrets in the file, and commands in a file that others could change. All mistakes are told at once
as file:line:column, with the nearest known key; the exit code is 2 then. No cluster and no endpoint is contacted.`,
		Example: command.Example("bcpaas config validate", "bcpaas config validate team-config.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				if opts.File = args[0]; opts.File == "" {
					return fault.New(fault.Usage, "checking a config file: the name of the file is empty")
				}
			}
			return run(cmd.Context(), opts)
		},
	}
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runValidate(_ context.Context, o validateOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	file, err := readToValidate(o)
	if err == nil {
		err = checkFormats(o, file)
	}
	if err != nil {
		return allProblems(err, o.File == "")
	}
	valid := Validity{File: file.Path, Result: "valid", Profiles: len(file.Config.Profiles)}
	if file.Path == "" {
		valid.File, _ = o.Path()
		valid.Result = "absent"
		o.Note("there is no config file, and none is needed: bcpaas uses the cluster that kubectl would use")
	}
	return output.PrintItem(printer, validityView(), valid)
}

func readToValidate(o validateOptions) (*config.File, error) {
	if o.File != "" {
		return o.ReadFile(o.File)
	}
	return o.Read()
}

// checkFormats checks the output formats, which pkg/config takes as they are: a wrong one would stop every verb.
func checkFormats(o validateOptions, file *config.File) error {
	var found strictyaml.Problems
	for _, name := range file.Config.ProfileNames() {
		format := file.Config.Profiles[name].Output
		wrong := checkFormat(format)
		if wrong == nil {
			continue
		}
		source, err := o.Source(file.Path)
		if err != nil {
			return fault.New(fault.Usage, "reading config %s: %w", file.Path, err)
		}
		document, err := strictyaml.Parse(source, strictyaml.Options{File: file.Path})
		if err != nil {
			return err
		}
		at := "profiles." + strictyaml.QuoteKey(name) + ".output"
		found = append(found, document.Problem(at, "output can't be %q: %v", format, wrong))
	}
	return found.Fault()
}

// allProblems tells each problem, also where an error would stop after some twenty.
func allProblems(err error, own bool) error {
	problems := strictyaml.ProblemsOf(err)
	if len(problems) == 0 {
		return err
	}
	lines := make([]string, len(problems))
	for i, problem := range problems {
		lines[i] = problem.Error()
	}
	made := fault.New(fault.Usage, "%s", strings.Join(lines, "\n")).WithCode("invalid_file")
	if own {
		made = made.WithHint("change the file with an editor, or one value with: bcpaas config set KEY VALUE, bcpaas config unset KEY")
	}
	return made
}

func validityView() output.View[Validity] {
	return output.View[Validity]{
		Kind: "ValidityList",
		Name: func(v Validity) string { return v.File },
		Columns: []output.Column[Validity]{
			{Header: "FILE", Cell: func(v Validity) output.Cell { return output.Text(v.File) }},
			{Header: "RESULT", Cell: func(v Validity) output.Cell {
				if v.Result == "valid" {
					return output.Good(v.Result)
				}
				return output.Dim(v.Result)
			}},
			{Header: "PROFILES", Right: true, Cell: func(v Validity) output.Cell { return output.Text(fmt.Sprint(v.Profiles)) }},
		},
	}
}
