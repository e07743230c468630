// Package app holds the verbs of the noun app.
package app

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// New lists the verbs.
func New(env *command.Env) *cobra.Command {
	return command.Group("app", "Applications: deploy them, list them, and find out what is wrong",
		`An app is one or more components that are deployed together, from a file or from flags. Each deployment is recorded
as a release.

list, get and why work on every Deployment, StatefulSet, DaemonSet, Job, CronJob and pod of any project, whoever made
it. They are named NAME, KIND/NAME, PROJECT/NAME or PROJECT/KIND/NAME, as list -o name prints them.`,
		newInit(env, runInit),
		newDeploy(env, runDeploy),
		newList(env, runList),
		newGet(env, runGet),
		newWhy(env, runWhy),
		newDelete(env, runDelete),
	)
}

// runner is what new<Verb> ends by calling; tests pass their own.
type runner[O any] func(context.Context, O) error

// printerFunc checks the output format before anything is contacted.
type printerFunc func() (*output.Printer, error)

// inventoryFunc connects on first use and resolves the project that an argument leaves open.
type inventoryFunc func() (store inventory.Store, project string, err error)
