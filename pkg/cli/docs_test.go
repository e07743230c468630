package cli_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/bcpaas/bcpaas/pkg/cli"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// What is generated (pages, scripts, tables, examples) is tested for drift beside its generator, in cmd/gendocs.

// tree is the tree of commands in an empty environment.
func tree() *cobra.Command {
	return cli.NewRoot(command.NewEnv("bcpaas", command.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, nil))
}

// each visits all commands of the tree, topics included.
func each(visit func(cmd *cobra.Command)) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(cmd)
		for _, child := range cmd.Commands() {
			walk(child)
		}
	}
	walk(tree())
}

func isVerb(cmd *cobra.Command) bool { return cmd.Runnable() && !cmd.HasSubCommands() }

// Every example is a command line that bcpaas takes: commands, flags and number of arguments are checked, nothing is run.
func TestEveryExampleParses(t *testing.T) {
	each(func(cmd *cobra.Command) {
		for _, line := range strings.Split(cmd.Example, "\n") {
			if strings.TrimSpace(line) == "" {
				continue
			}
			calls, err := shellCalls(line)
			if err != nil {
				t.Errorf("%s: %q: %v", cmd.CommandPath(), line, err)
			}
			mine := false
			for _, words := range calls {
				if words[0] == "bcpaas" {
					called := parse(t, line, words[1:])
					mine = mine || called == cmd.CommandPath() || strings.HasPrefix(called, cmd.CommandPath()+" ")
				}
			}
			if !mine {
				t.Errorf("%s: example %q does not call it", cmd.CommandPath(), line)
			}
		}
	})
}

// parse reads the words as bcpaas would and returns the path of the command that they call, "" when they are refused.
func parse(t *testing.T, line string, words []string) string {
	t.Helper()
	cmd, rest, err := tree().Find(words)
	if err != nil {
		t.Errorf("%q: %v", line, err)
		return ""
	}
	for _, check := range []func() error{
		func() error { return cmd.ParseFlags(rest) },
		func() error { return cmd.ValidateArgs(cmd.Flags().Args()) },
		cmd.ValidateRequiredFlags,
		cmd.ValidateFlagGroups,
	} {
		if err := check(); err != nil {
			t.Errorf("%q: %v", line, err)
			return ""
		}
	}
	if !isVerb(cmd) {
		t.Errorf("%q calls %s, which only holds other commands", line, cmd.CommandPath())
	}
	if format := cmd.Flags().Lookup("output"); format != nil && format.Changed {
		if _, err := output.New(io.Discard, output.Options{Format: format.Value.String()}); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
	return cmd.CommandPath()
}

func TestEveryCommandExplainsItself(t *testing.T) {
	each(func(cmd *cobra.Command) {
		topic := cmd.IsAdditionalHelpTopicCommand()
		switch {
		case cmd.Short == "":
			t.Errorf("%s has no Short", cmd.CommandPath())
		case strings.HasSuffix(cmd.Short, "."), strings.Contains(cmd.Short, "\n"):
			t.Errorf("%s: Short is one phrase without a full stop: %q", cmd.CommandPath(), cmd.Short)
		case !isVerb(cmd) && cmd.Long == "":
			t.Errorf("%s has no Long", cmd.CommandPath())
		case isVerb(cmd) && !topic && cmd.Example == "":
			t.Errorf("%s has no Example", cmd.CommandPath())
		case isVerb(cmd) && cmd.Args == nil:
			t.Errorf("%s does not check its arguments", cmd.CommandPath())
		}
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Usage == "" || strings.HasSuffix(flag.Usage, ".") {
				t.Errorf("%s --%s: its text is a phrase without a full stop: %q", cmd.CommandPath(), flag.Name, flag.Usage)
			}
		})
	})
}

// meaning is what a flag is wherever it occurs: the table of cli-conventions.md.
type meaning struct{ shorthand, kind string }

func sharedFlags() map[string]meaning {
	return map[string]meaning{
		"project": {"p", "string"}, "namespace": {"n", "string"}, "all-projects": {"A", "bool"}, "profile": {"", "string"},
		"cluster": {"", "string"}, "auth": {"", "string"}, "output": {"o", "string"}, "no-headers": {"", "bool"},
		"selector": {"l", "string"}, "file": {"f", "string"}, "dry-run": {"", "string"}, "yes": {"y", "bool"}, "wait": {"", "bool"},
		"timeout": {"", "string"}, "since": {"", "string"}, "until": {"", "string"}, "at": {"", "string"}, "watch": {"", "bool"},
		"quiet": {"q", "bool"}, "verbose": {"v", "count"}, "limit": {"", "int"}, "color": {"", "string"}, "context": {"", "string"},
		"kubeconfig": {"", "string"}, "as": {"", "string"}, "as-group": {"", "stringArray"}, "force-protected": {"", "bool"},
		"help": {"h", "bool"},
	}
}

// exempt is the one exception of the conventions: -f of logs is --follow, as everywhere in the field.
func exempt(cmd *cobra.Command, flag *pflag.Flag) bool {
	return flag.Name == "follow" && flag.Shorthand == "f" && strings.HasPrefix(cmd.CommandPath(), "bcpaas logs")
}

func TestNoFlagMeansTwoThings(t *testing.T) {
	known, owner, longOf := sharedFlags(), map[string]string{}, map[string]string{}
	for name, shared := range known {
		if shared.shorthand != "" {
			longOf[shared.shorthand] = name
		}
	}
	each(func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if exempt(cmd, flag) {
				return
			}
			got := meaning{flag.Shorthand, flag.Value.Type()}
			if want, seen := known[flag.Name]; seen && got != want {
				t.Errorf("%s --%s is -%q of type %s; elsewhere (%s) it is -%q of type %s", cmd.CommandPath(), flag.Name,
					got.shorthand, got.kind, owner[flag.Name], want.shorthand, want.kind)
			} else if !seen {
				known[flag.Name], owner[flag.Name] = got, cmd.CommandPath()
			}
			if other := longOf[flag.Shorthand]; flag.Shorthand != "" && other != "" && other != flag.Name {
				t.Errorf("%s: -%s is --%s, elsewhere --%s", cmd.CommandPath(), flag.Shorthand, flag.Name, other)
			} else if flag.Shorthand != "" {
				longOf[flag.Shorthand] = flag.Name
			}
		})
	})
}

// A variable must not answer a question that is asked now.
func TestFlagsThatPermitHaveNoVariable(t *testing.T) {
	permit := func(name string) bool {
		return slices.Contains([]string{"yes", "reset", "purge", "prune", "apply", "claims"}, name) ||
			strings.HasPrefix(name, "force") || strings.HasPrefix(name, "insecure")
	}
	for _, variable := range config.Variables() {
		if permit(variable.Key) {
			t.Errorf("%s answers --%s", variable.Name, variable.Key)
		}
	}
	each(func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			if permit(flag.Name) && strings.Contains(flag.Usage, "$") {
				t.Errorf("%s --%s names a variable: %s", cmd.CommandPath(), flag.Name, flag.Usage)
			}
		})
	})
}

func TestTopicsNameEveryVariableAndFormat(t *testing.T) {
	text := map[string]string{}
	for _, cmd := range tree().Commands() {
		text[cmd.Name()] = cmd.Long
	}
	for _, variable := range config.Variables() {
		if !strings.Contains(text["environment"], "\n  "+variable.Name+" ") {
			t.Errorf("help environment does not name %s", variable.Name)
		}
	}
	for _, format := range output.Formats() {
		if !strings.Contains(text["output"], "-o "+format) {
			t.Errorf("help output does not name -o %s", format)
		}
	}
	each(func(cmd *cobra.Command) {
		cmd.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			for _, word := range strings.FieldsFunc(flag.Usage, func(r rune) bool { return strings.ContainsRune(" ();,", r) }) {
				if name, ok := strings.CutPrefix(word, "$"); ok && !strings.HasPrefix(name, "{") && !strings.Contains(text["environment"], name) {
					t.Errorf("%s --%s names $%s, which help environment does not", cmd.CommandPath(), flag.Name, name)
				}
			}
		})
	})
}
