package project

import (
	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/project"
	"github.com/bcpaas/bcpaas/pkg/project/namespaces"
)

func connected(env *command.Env) storeFunc {
	return func() (project.Store, error) {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return nil, err
		}
		return namespaces.New(client), nil
	}
}

// countedKinds is the order in which a project's contents are told.
func countedKinds() []string {
	var kinds []string
	for _, r := range namespaces.Counted() {
		kinds = append(kinds, r.Plural)
	}
	return kinds
}

// alsoProtected are the projects that the profile protects.
func alsoProtected(env *command.Env) func() ([]string, error) {
	return func() ([]string, error) {
		settings, err := env.Settings()
		if err != nil {
			return nil, err
		}
		return settings.Profile.ProtectedProjects, nil
	}
}

func completeNames(env *command.Env) cobra.CompletionFunc {
	return connect.CompleteProjects(env)
}

func clusterName(env *command.Env) func() (string, error) {
	return func() (string, error) {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return "", err
		}
		return client.Name(), nil
	}
}
