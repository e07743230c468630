package version

import (
	"context"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
)

func serverVersion(env *command.Env) func(context.Context) (string, string, error) {
	return func(ctx context.Context) (string, string, error) {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return "", "", err
		}
		info, err := client.Version(ctx)
		return client.Name(), info.GitVersion, err
	}
}
