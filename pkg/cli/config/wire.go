package config

import (
	"maps"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// choice is the profile that a flag or a variable chooses; its zero value leaves that to the file.
type choice struct {
	Profile string
	By      string // --profile or BCPAAS_PROFILE
}

func chosen(env *command.Env) func() choice {
	return func() choice {
		if name := env.Global.Given("profile"); name != "" {
			return choice{name, "--profile"}
		}
		if name := env.Getenv(profileVariable); name != "" {
			return choice{name, profileVariable}
		}
		return choice{}
	}
}

const profileVariable = "BCPAAS_PROFILE"

// lenientPrinter is env.Printer for verbs that must work when the config file is broken or names what is not there. Then
// flags and variables alone say how to print, as with the implicit profile, which reads no file.
func lenientPrinter(env *command.Env) printerFunc {
	return func() (*output.Printer, error) {
		if printer, err := env.Printer(); err == nil {
			return printer, nil
		}
		sources := env.Sources()
		sources.WorkDir = "" // no .bcpaas.yaml either
		sources.Flags = maps.Clone(sources.Flags)
		sources.Flags["profile"] = config.Implicit
		settings, err := config.Load(sources)
		if err != nil {
			return nil, err
		}
		return output.New(env.Out, output.Options{
			Format: settings.Output, NoHeaders: env.Global.NoHeaders, Color: settings.Color,
			TTY: output.IsTerminal(env.Out), Width: output.TerminalWidth(env.Out, env.Getenv), Getenv: env.Getenv,
		})
	}
}

func read(env *command.Env) func() (*config.File, error) {
	return func() (*config.File, error) { return config.Read(env.Sources()) }
}

func path(env *command.Env) func() (string, bool) {
	return func() (string, bool) { return env.Sources().Path() }
}

func editor(env *command.Env) func() (*config.Editor, error) {
	return func() (*config.Editor, error) { return env.Sources().Editor() }
}

// currentContext is what the kubeconfig decides where the settings don't.
func currentContext(env *command.Env) func() (string, string, error) {
	return func() (string, string, error) {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return "", "", err
		}
		return client.Name(), client.Namespace(), nil
	}
}
