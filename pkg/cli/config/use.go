package config

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

type useOptions struct {
	Profile string
	Chosen  func() choice
	Editor  func() (*config.Editor, error)
	Note    noteFunc
	Printer printerFunc
}

func newUse(env *command.Env, run runner[useOptions]) *cobra.Command {
	opts := useOptions{Chosen: chosen(env), Editor: editor(env), Note: env.Note, Printer: lenientPrinter(env)}
	cmd := &cobra.Command{
		Use: "use PROFILE", Short: "Make a profile the current one", Args: command.Args("PROFILE"),
		Long: `Make a profile the current one, from now on and in every terminal: the name is written to the config file. For one
command give --profile, for one terminal set BCPAAS_PROFILE; both go before it.

The name ` + config.Implicit + ` makes no profile current: bcpaas then uses the cluster that kubectl would use.`,
		Example: command.Example(
			"bcpaas config use office",
			"bcpaas config use '"+config.Implicit+"'   # back to what kubectl uses",
		),
		ValidArgsFunction: firstArgument(CompleteProfiles(env)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "" {
				return fault.New(fault.Usage, "choosing a profile: the name is empty").WithHint("bcpaas config list")
			}
			opts.Profile = args[0]
			return run(cmd.Context(), opts)
		},
	}
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runUse(ctx context.Context, o useOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	editor, err := o.Editor()
	if err != nil {
		return err
	}
	change, err := editor.Use(ctx, o.Profile)
	if err != nil {
		return unknownProfile(err)
	}
	tellUse(o, change)
	return report(printer, edited(change, "currentProfile", o.Profile), byValue)
}

func tellUse(o useOptions, change config.Change) {
	none := o.Profile == config.Implicit
	switch {
	case none && change.Changed:
		o.Note("no profile is current now in %s: bcpaas uses the cluster that kubectl would use", change.File)
	case none:
		o.Note("no profile is current in %s: nothing to do", change.File)
	case change.Changed:
		o.Note("the current profile is %s now in %s", o.Profile, change.File)
	default:
		o.Note("the current profile is %s already in %s: nothing to do", o.Profile, change.File)
	}
	if by := o.Chosen(); by.Profile != "" && by.Profile != o.Profile {
		o.Note("%s names profile %s and goes before it", by.By, by.Profile)
	}
}

const howToMake = "make one with: bcpaas config set profiles.NAME.clusters.CLUSTER.context CONTEXT"

// unknownProfile tells how to make a profile where there is none to propose.
func unknownProfile(err error) error {
	if !fault.Is(err, fault.NotFound) || fault.ReportOf(err).Hint != "" {
		return err
	}
	return fault.New(fault.NotFound, "%w", err).WithHint("%s", howToMake)
}
