package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
)

// newTree is the tree of commands as a user has it, in an empty environment: nothing of this machine gets into a page.
func newTree(out io.Writer) (*cobra.Command, *command.Env) {
	env := command.NewEnv("bcpaas", command.Streams{In: strings.NewReader(""), Out: out, Err: io.Discard}, nil)
	return cli.NewRoot(env), env
}

// completions are the scripts, by the names under which the shells look for them.
func completions() (map[string][]byte, error) {
	files := map[string][]byte{}
	for shell, name := range map[string]string{
		"bash": "bcpaas.bash", "zsh": "_bcpaas", "fish": "bcpaas.fish", "powershell": "bcpaas.ps1",
	} {
		var script bytes.Buffer
		root, env := newTree(&script)
		if err := cli.WriteCompletion(root, shell, env); err != nil {
			return nil, fmt.Errorf("writing the completion of %s: %w", shell, err)
		}
		files["completions/"+name] = script.Bytes()
	}
	return files, nil
}

// walk visits a command and all below it that a user sees.
func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		if shown(child) {
			walk(child, visit)
		}
	}
}

// shown tells whether a user is told of a command. The help command is cobra's and explains itself.
func shown(cmd *cobra.Command) bool {
	return (cmd.IsAvailableCommand() || cmd.IsAdditionalHelpTopicCommand()) && cmd.Name() != "help" && !cmd.Hidden
}

// findTopic is a help topic's text.
func findTopic(name string) string {
	root, _ := newTree(io.Discard)
	for _, cmd := range root.Commands() {
		if cmd.Name() == name {
			return cmd.Long
		}
	}
	return ""
}
