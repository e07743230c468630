package config

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

type setOptions struct {
	Key, Value string
	Editor     func() (*config.Editor, error)
	Read       func() (*config.File, error)
	Note       noteFunc
	Printer    printerFunc
}

func newSet(env *command.Env, run runner[setOptions]) *cobra.Command {
	opts := setOptions{Editor: editor(env), Read: read(env), Note: env.Note, Printer: lenientPrinter(env)}
	cmd := &cobra.Command{
		Use: "set KEY VALUE", Short: "Give a setting a value in the config file", Args: command.Args("KEY", "VALUE"),
		Long: `Give a setting a value in the config file. Comments, order and empty lines of the file stay as they are. The file is
made when it is not there. A file with mistakes can be mended so, as long as it is YAML.

A KEY without "profiles." in front means the current profile, or that of --profile; profiles.NAME.KEY any other, which is
made when it is not there. Where there is no profile at all, a KEY without one makes the profile default and makes it
current. Names that are not plain words are quoted: clusters."eu.1".context. A list is given as a,b,c. A VALUE that
begins with a dash comes after two dashes: config set -- KEY -VALUE.

Keys:
` + keyHelp() + `
Secrets are never in the file: name a file that holds one (...File), or a command that prints it (...Command), which is
run without a shell.`,
		Example: command.Example(
			"bcpaas config set profiles.office.clusters.prod.context prod-admin   # make a profile",
			"bcpaas config set project shop                                       # in the current profile",
			"bcpaas config set protectedProjects payments,ledger",
			"bcpaas config set timeout 5m --profile test",
			"bcpaas config set harbor.passwordCommand 'pass show harbor'",
		),
		ValidArgsFunction: completeSet(env),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Key, opts.Value = args[0], args[1]
			if err := checkValue(opts.Key, opts.Value); err != nil {
				return err
			}
			return run(cmd.Context(), opts)
		},
	}
	command.AddOutput(cmd, env.Global)
	return cmd
}

// checkValue refuses what the file could hold, but would be found out much later.
func checkValue(key, value string) error {
	if value == "" {
		return fault.New(fault.Usage, "setting %s: the value is empty", key).WithHint("to remove it: bcpaas config unset %s", key)
	}
	steps, err := strictyaml.SplitPath(key)
	if err != nil || len(steps) == 0 || steps[len(steps)-1].Key != "output" {
		return nil // the editor tells what is wrong with a key
	}
	if err := checkFormat(value); err != nil {
		return fault.New(fault.Usage, "setting %s: %w", key, err)
	}
	return nil
}

// checkFormat tells whether a printer would take a format.
func checkFormat(format string) error {
	_, err := output.New(io.Discard, output.Options{Format: format})
	return err
}

func runSet(ctx context.Context, o setOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	editor, err := o.Editor()
	if err != nil {
		return err
	}
	change, err := editor.Set(ctx, o.Key, o.Value)
	if err != nil {
		return unknownProfile(err)
	}
	edit := edited(change, o.Key, o.Value)
	if edit.Changed {
		o.Note("set %s to %s in %s", edit.Key, edit.Value, edit.File)
		tellNotCurrent(o, edit.Key)
	} else {
		o.Note("%s is %s already in %s: nothing to do", edit.Key, edit.Value, edit.File)
	}
	return report(printer, edit, byKey)
}

// tellNotCurrent names the next step after a first profile was made: nothing would use it yet.
func tellNotCurrent(o setOptions, key string) {
	steps, badKey := strictyaml.SplitPath(key)
	file, unreadable := o.Read()
	if badKey == nil && unreadable == nil && len(steps) > 1 && steps[0].Key == "profiles" && file.Config.CurrentProfile == "" {
		o.Note("no profile is current yet; to use this one: bcpaas config use %s", strictyaml.QuoteKey(steps[1].Key))
	}
}
