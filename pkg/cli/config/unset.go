package config

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

type unsetOptions struct {
	Key     string
	Editor  func() (*config.Editor, error)
	Read    func() (*config.File, error)
	Note    noteFunc
	Printer printerFunc
}

func newUnset(env *command.Env, run runner[unsetOptions]) *cobra.Command {
	opts := unsetOptions{Editor: editor(env), Read: read(env), Note: env.Note, Printer: lenientPrinter(env)}
	cmd := &cobra.Command{
		Use: "unset KEY", Short: "Remove a setting from the config file", Args: command.Args("KEY"),
		Long: `Remove a setting, or all that is under it, from the config file: bcpaas config unset profiles.old removes a profile.
Keys are as for bcpaas config set. Keys that bcpaas does not know can be removed too, to mend a file. Removing what is
not there is success. What other settings need is refused: make another profile current before you remove the current one.`,
		Example: command.Example(
			"bcpaas config unset project",
			"bcpaas config unset harbor --profile test   # all of harbor's settings in profile test",
			"bcpaas config unset profiles.old",
		),
		ValidArgsFunction: completeUnset(env),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Key = args[0]
			return run(cmd.Context(), opts)
		},
	}
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runUnset(ctx context.Context, o unsetOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	editor, err := o.Editor()
	if err != nil {
		return err
	}
	change, err := editor.Unset(ctx, o.Key)
	if err != nil {
		return needed(o, editor.Profile, err)
	}
	edit := edited(change, o.Key, "")
	if edit.Changed {
		o.Note("unset %s in %s", edit.Key, edit.File)
	} else {
		o.Note("%s is not set in %s: nothing to do", edit.Key, edit.File)
	}
	return report(printer, edit, byKey)
}

// needed says which setting stands in the way, where the editor refused since one names what would go.
func needed(o unsetOptions, profile string, err error) error {
	file, unreadable := o.Read()
	steps, badKey := strictyaml.SplitPath(o.Key)
	if unreadable != nil || badKey != nil || len(steps) == 0 {
		return err
	}
	if steps[0].Key != "profiles" {
		profile = cmp.Or(profile, file.Config.CurrentProfile)
		steps = append([]strictyaml.Step{{Key: "profiles"}, {Key: profile}}, steps...)
	}
	key := keyOf(steps)
	for _, r := range references(&file.Config) {
		if strings.HasPrefix(r.target+".", key+".") {
			return fault.New(fault.Usage, "removing %s: %s names %s", key, r.by, r.target).
				WithCode("in_use").On(key).WithHint("nothing was changed: change or unset %s first", r.by)
		}
	}
	return err
}

// reference is a setting that names a place in the file.
type reference struct{ by, target string }

func references(c *config.Config) []reference {
	var found []reference
	if c.CurrentProfile != "" {
		found = append(found, reference{keyCurrent, keyOf([]strictyaml.Step{{Key: "profiles"}, {Key: c.CurrentProfile}})})
	}
	for _, name := range c.ProfileNames() {
		if cluster := c.Profiles[name].DefaultCluster; cluster != "" {
			profile := keyOf([]strictyaml.Step{{Key: "profiles"}, {Key: name}})
			found = append(found, reference{profile + ".defaultCluster", profile + ".clusters." + strictyaml.QuoteKey(cluster)})
		}
	}
	return found
}

func keyOf(steps []strictyaml.Step) string {
	words := make([]string, len(steps))
	for i, step := range steps {
		words[i] = strictyaml.QuoteKey(step.Key)
	}
	return strings.Join(words, ".")
}
