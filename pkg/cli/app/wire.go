package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/kubestore"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/cli/connect"
	"github.com/bcpaas/bcpaas/pkg/kube"
	"github.com/bcpaas/bcpaas/pkg/project"
	"github.com/bcpaas/bcpaas/pkg/project/namespaces"
)

// connected makes the store of the chosen cluster and the project to work in.
func connected(env *command.Env) func() (*kubestore.Store, string, error) {
	return func() (*kubestore.Store, string, error) {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return nil, "", err
		}
		name, err := connect.Project(env, client)
		return kubestore.New(client), name, err
	}
}

func connectedInventory(env *command.Env) inventoryFunc {
	return func() (inventory.Store, string, error) {
		store, name, err := connected(env)()
		if err != nil {
			return nil, "", err
		}
		return store, name, nil
	}
}

// refuseProtected gives the fault of a destructive verb on a protected project.
func refuseProtected(env *command.Env) func(ctx context.Context, name, verb string, force bool) error {
	return func(ctx context.Context, name, verb string, force bool) error {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return err
		}
		settings, err := env.Settings()
		if err != nil {
			return err
		}
		found, err := namespaces.New(client).Brief(ctx, name)
		if err != nil {
			return err
		}
		return project.Refuse(found, settings.Profile.ProtectedProjects, force, verb)
	}
}

// lookup is Getenv that tells a variable that is not set from one that is empty.
func lookup(env *command.Env) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value := env.Getenv(name)
		if value != "" {
			return value, true
		}
		for _, pair := range env.Environ {
			if pair == name+"=" {
				return "", true
			}
		}
		return "", false
	}
}

// beside reads the local files that an App file names, relative to the file itself.
func beside(file string) func(string) ([]byte, error) {
	folder := filepath.Dir(file)
	return func(path string) ([]byte, error) {
		if !filepath.IsAbs(path) && file != "-" {
			path = filepath.Join(folder, path)
		}
		return os.ReadFile(path)
	}
}

// runID tells this run from every other, for the lock.
func runID() string {
	host, _ := os.Hostname() //nolint:errcheck // a run on a host without a name is told apart by the random part
	random := make([]byte, 6)
	_, _ = rand.Read(random) // never fails
	return host + "-" + hex.EncodeToString(random)
}

func completeWorkloads(env *command.Env) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		client, err := connect.Kubernetes(env)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		name, err := connect.Project(env, client)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		complete := connect.Complete(env, "workloads in "+name, func(ctx context.Context, client *kube.Client) ([]string, error) {
			return kubestore.New(client).Names(ctx, name)
		})
		return complete(cmd, args, begun)
	}
}

// runningWorkload reads what runs, for writing an App file of it.
func runningWorkload(env *command.Env) func(context.Context, inventory.Arg) (any, error) {
	return func(ctx context.Context, a inventory.Arg) (any, error) {
		store, name, err := connected(env)()
		if err != nil {
			return nil, err
		}
		if a.Project == "" {
			a.Project = name
		}
		return store.Running(ctx, a)
	}
}

// offlineProject is the project to work in by the settings and the kubeconfig, if there is one; "default" otherwise.
func offlineProject(env *command.Env) func() string {
	return func() string {
		if settings, err := env.Settings(); err == nil && settings.Project != "" {
			return settings.Project
		}
		if _, name, err := connected(env)(); err == nil {
			return name
		}
		return "default"
	}
}
