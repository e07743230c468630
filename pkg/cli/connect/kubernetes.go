// Package connect makes connections from the settings of a run: a function per system, called on first use by the
// wire.go of the noun that needs it. There is no object that knows all systems.
package connect

import (
	"fmt"
	"runtime"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

// Kubernetes prepares the client of the chosen cluster: --context and --kubeconfig go before --cluster, which goes
// before the profile's default cluster; without any of them it is what kubectl would use. Nothing is contacted.
func Kubernetes(env *command.Env) (*kube.Client, error) {
	settings, err := env.Settings()
	if err != nil {
		return nil, err
	}
	target := kube.Target{
		Kubeconfig: env.Global.Kubeconfig, Context: env.Global.Context,
		As: env.Global.As, AsGroups: env.Global.AsGroups,
		UserAgent: fmt.Sprintf("bcpaas (%s/%s)", runtime.GOOS, runtime.GOARCH),
	}
	if env.Global.Verbose > 0 {
		target.Trace = env.Err
	}
	if target.Context == "" && target.Kubeconfig == "" {
		chosen, err := settings.Target()
		if err != nil {
			return nil, err
		}
		target.Context, target.Kubeconfig = chosen.Context, chosen.Kubeconfig
	}
	return kube.New(target)
}

// Project is the project to work in: flag, environment, .bcpaas.yaml, profile, then the namespace of the context.
func Project(env *command.Env, client *kube.Client) (string, error) {
	settings, err := env.Settings()
	if err != nil {
		return "", err
	}
	if settings.Project != "" {
		return settings.Project, nil
	}
	return client.Namespace(), nil
}
