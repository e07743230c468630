// Package project holds the verbs of the noun project.
package project

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/project"
)

// New lists the verbs.
func New(env *command.Env) *cobra.Command {
	return command.Group("project", "The tenants' units: one namespace each, with quota and limits",
		`A project is a tenant's unit: one Kubernetes namespace of the same name on each cluster.

All namespaces are projects, whoever made them. Projects that bear the label bcpaas.io/protected=true, and those of the
cluster itself, refuse destructive verbs without --force-protected.`,
		newList(env, runList),
		newGet(env, runGet),
		newCreate(env, runCreate),
		newProtect(env, true, runProtect),
		newProtect(env, false, runProtect),
		newDelete(env, runDelete),
	)
}

// storeFunc connects on first use.
type storeFunc func() (project.Store, error)

// printerFunc checks the output format before anything is contacted.
type printerFunc func() (*output.Printer, error)

// runner is what new<Verb> ends by calling; tests pass their own.
type runner[O any] func(context.Context, O) error
