package cli

import (
	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
)

// newCompletion prints the completion script of a shell.
func newCompletion(env *command.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script of bash, zsh, fish or powershell",
		Long: `Print the completion script of a shell.

  bash        source <(bcpaas completion bash)         in ~/.bashrc; needs the package bash-completion
  zsh         source <(bcpaas completion zsh)          in ~/.zshrc, after compinit
  fish        bcpaas completion fish | source          in ~/.config/fish/config.fish
  powershell  bcpaas completion powershell | Out-String | Invoke-Expression

Packages install the scripts where the shells look for them. As a kubectl plugin: put an executable named
kubectl_complete-bcpaas on the PATH that runs: bcpaas __complete "$@"`,
		Example:           command.Example("bcpaas completion bash > /etc/bash_completion.d/bcpaas"),
		Args:              command.Args("SHELL"),
		ValidArgsFunction: cobra.FixedCompletions([]string{"bash", "zsh", "fish", "powershell"}, cobra.ShellCompDirectiveNoFileComp),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := command.Choice("SHELL", args[0], "bash", "zsh", "fish", "powershell"); err != nil {
				return err
			}
			return WriteCompletion(cmd.Root(), args[0], env)
		},
	}
}

// WriteCompletion writes the script of one shell; cmd/gendocs uses it too.
func WriteCompletion(root *cobra.Command, shell string, env *command.Env) error {
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(env.Out, true)
	case "zsh":
		return root.GenZshCompletion(env.Out)
	case "fish":
		return root.GenFishCompletion(env.Out, true)
	default:
		return root.GenPowerShellCompletionWithDesc(env.Out)
	}
}
