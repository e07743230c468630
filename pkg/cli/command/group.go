package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Group makes a noun: a command that only holds verbs. A word that is none of them is a usage fault with the nearest.
func Group(use, short, long string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use + " VERB", Short: short, Long: long, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return Unknown(cmd, args[0])
		},
	}
	cmd.AddCommand(verbs...)
	return cmd
}

// Unknown is the fault of a word that is no command of cmd.
func Unknown(cmd *cobra.Command, word string) error {
	made := fault.New(fault.Usage, "%s has no command %q", cmd.CommandPath(), word)
	var known []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() {
			known = append(known, sub.Name())
		}
	}
	if nearest, ok := strictyaml.Nearest(word, known); ok {
		return made.WithHint("did you mean: %s %s", cmd.CommandPath(), nearest)
	}
	return made.WithHint("%s --help lists the commands", cmd.CommandPath())
}

// FlagFault turns pflag's errors into usage faults that name the nearest flag.
func FlagFault(cmd *cobra.Command, err error) error {
	if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
		return Unknown(cmd, words[0]) // a misspelt verb: its flags are unknown for that reason only
	}
	made := fault.New(fault.Usage, "%s: %w", cmd.CommandPath(), err).WithHint("%s --help lists the flags", cmd.CommandPath())
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return made
	}
	var known []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	if nearest, ok := strictyaml.Nearest(unknown.GetSpecifiedName(), known); ok {
		return made.WithHint("did you mean --%s?", nearest)
	}
	return made
}

// Choice checks a word against the allowed ones.
func Choice(what, word string, allowed ...string) error {
	for _, ok := range allowed {
		if word == ok {
			return nil
		}
	}
	made := fault.New(fault.Usage, "%s must be one of %s, not %q", what, strings.Join(allowed, ", "), word)
	if nearest, ok := strictyaml.Nearest(word, allowed); ok {
		return made.WithHint("did you mean %s?", nearest)
	}
	return made
}

// Example lays the lines of an example block out as cobra expects them.
func Example(lines ...string) string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = fmt.Sprintf("  %s", line)
	}
	return strings.Join(out, "\n")
}
