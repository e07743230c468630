package cli

import (
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
	root.SetHelpCommandGroupID(groupSetUp)
	return root
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
