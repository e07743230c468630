// Package config holds the verbs of the noun config: what bcpaas itself is set to.
package config

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// New lists the verbs.
func New(env *command.Env) *cobra.Command {
	return command.Group("config", "Profiles and settings of bcpaas itself",
		`The config file holds profiles. A profile is one platform as you see it: its clusters (kubeconfig contexts), the project
you work in, and the addresses of the systems around it. No cluster is contacted by these verbs.

A first profile:
  bcpaas config set profiles.office.clusters.prod.context prod-admin
  bcpaas config use office
  bcpaas config set project shop
  bcpaas config view --origin`,
		newList(env, runList),
		newUse(env, runUse),
		newView(env, runView),
		newSet(env, runSet),
		newUnset(env, runUnset),
		newValidate(env, runValidate),
		newPath(env, runPath),
	)
}

// printerFunc checks the output format before anything is done.
type printerFunc func() (*output.Printer, error)

// noteFunc tells something on stderr that is neither data nor an error.
type noteFunc func(format string, args ...any)

// runner is what new<Verb> ends by calling; tests pass their own.
type runner[O any] func(context.Context, O) error
