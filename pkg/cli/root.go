package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/app"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/config"
	"github.com/bcpaas/bcpaas/pkg/cli/project"
	"github.com/bcpaas/bcpaas/pkg/cli/version"
)

// The groups of the root help, by what an operator wants to do.
const (
	groupRun   = "run"
	groupSetUp = "setup"
)

// NewRoot is the tree of commands: one visible list.
func NewRoot(env *command.Env) *cobra.Command {
	root := command.Group("bcpaas", "Run a container platform from a terminal, a script or a CI job",
		`bcpaas runs a container platform from a terminal, a script or a CI job.

It has no server of its own: each command talks to the systems' own APIs. With no
configuration at all it uses the cluster that kubectl would use.`)
	root.Use = "bcpaas"
	root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: env.Program}
	root.Example = command.Example(
		"bcpaas app deploy hello --image nginx:1.27 --port 80   # deploy, wait, and say why if it fails",
		"bcpaas app list -A                                     # what runs, and what is wrong with it",
		"bcpaas app why hello                                   # the cause, the evidence, the next step",
	)
	root.Version = version.Current()
	root.SetVersionTemplate("{{.Version}}\n")
	withoutCobraNoise(root)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	command.AddGlobal(root.PersistentFlags(), env.Global)
	config.CompleteFlags(root, env)
	root.AddGroup(
		&cobra.Group{ID: groupRun, Title: "Run applications:"},
		&cobra.Group{ID: groupSetUp, Title: "Set up bcpaas:"},
	)
	add(root, groupRun, app.New(env), project.New(env))
	add(root, groupSetUp, withTopic(config.New(env), configTopic), version.New(env), newCompletion(env))
	for _, topic := range topics() {
		root.AddCommand(topic)
	}
	root.SetHelpCommand(newHelp(root))
	root.SetHelpCommandGroupID(groupSetUp)
	return root
}

// newHelp is cobra's help command, except that a word which is neither a command nor a topic is a usage fault.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND | TOPIC]", Short: "Show the help of a command or topic", GroupID: groupSetUp,
		Long:    "Show the help of a command, or one of the topics that bcpaas --help lists at its end.",
		Example: command.Example("bcpaas help app deploy", "bcpaas help exit-codes"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			found, _, err := root.Find(args)
			if err != nil {
				found = root
			}
			var names []string
			for _, sub := range found.Commands() {
				if strings.HasPrefix(sub.Name(), begun) && !sub.Hidden {
					names = append(names, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			found := root
			for _, word := range args {
				next, _, err := found.Find([]string{word})
				if err != nil || next == found {
					return command.Unknown(found, word)
				}
				found = next
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

// withTopic makes the help of a command a help topic as well: `bcpaas help config` tells how configuration works.
func withTopic(cmd *cobra.Command, topic string) *cobra.Command {
	cmd.Long += "\n\n" + topic
	return cmd
}

func add(root *cobra.Command, group string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = group
		root.AddCommand(c)
	}
}
