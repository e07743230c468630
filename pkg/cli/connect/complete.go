package connect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/kube"
)

const (
	completionBudget = 300 * time.Millisecond // what a person does not feel as waiting
	completionFresh  = 10 * time.Second       // how old an answer may be: several Tabs in a row cost one request
	mostCompletions  = 1000
)

// AddProject registers -p with the live names of projects as its completion.
func AddProject(cmd *cobra.Command, env *command.Env) {
	command.AddProject(cmd, env.Global)
	_ = cmd.RegisterFlagCompletionFunc("project", complete(env, "projects", projects)) // fails only for a flag that is not there
}

// CompleteProjects completes names of projects of the chosen cluster.
func CompleteProjects(env *command.Env) cobra.CompletionFunc {
	return Complete(env, "projects", projects)
}

func projects(ctx context.Context, client *kube.Client) ([]string, error) {
	var names []string
	for page, err := range kube.Pages[corev1.NamespaceList](ctx, client, kube.Namespaces(), kube.Query{}) {
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			names = append(names, page.Items[i].Name)
		}
		if len(names) >= mostCompletions {
			break
		}
	}
	return names, nil
}

// Complete makes a completion of the only argument: see complete.
func Complete(env *command.Env, what string, ask func(context.Context, *kube.Client) ([]string, error)) cobra.CompletionFunc {
	live := complete(env, what, ask)
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return live(cmd, args, begun)
	}
}

// complete makes a completion of live names: within its budget, from a short-lived cache, silent on failure. what tells
// caches apart, e.g. "apps in shop".
func complete(env *command.Env, what string, ask func(context.Context, *kube.Client) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		client, err := Kubernetes(env)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		file := cacheFile(env, client.Host(), client.Name(), env.Global.As, what)
		names, fresh := readCache(file, env.Now())
		if !fresh && client.RunsCommand() {
			return matching(names, begun), cobra.ShellCompDirectiveNoFileComp // a credential command may prompt: a Tab must not
		}
		if !fresh {
			ctx, cancel := context.WithTimeout(cmd.Context(), completionBudget)
			defer cancel()
			if names, err = ask(ctx, client); err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			writeCache(file, names, env.Now())
		}
		return matching(names, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

func matching(names []string, begun string) []string {
	var out []string
	for _, name := range names {
		if strings.HasPrefix(name, begun) {
			out = append(out, name)
		}
	}
	return out
}

type cached struct {
	At    time.Time `json:"at"`
	Names []string  `json:"names"`
}

func cacheFile(env *command.Env, parts ...string) string {
	dir := env.CacheDir()
	if dir == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return filepath.Join(dir, "completion", hex.EncodeToString(sum[:10])+".json")
}

func readCache(file string, now time.Time) ([]string, bool) {
	if file == "" {
		return nil, false
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	var kept cached
	if json.Unmarshal(raw, &kept) != nil {
		return nil, false
	}
	age := now.Sub(kept.At)
	return kept.Names, age >= 0 && age < completionFresh
}

// writeCache keeps an answer; a failure only means that the next Tab asks again.
func writeCache(file string, names []string, now time.Time) {
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	raw, err := json.Marshal(cached{At: now, Names: names})
	if err != nil {
		return
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "new-*") // made 0600
	if err != nil {
		return
	}
	_, err = temporary.Write(raw)
	if closed := temporary.Close(); err != nil || closed != nil || os.Rename(temporary.Name(), file) != nil {
		_ = os.Remove(temporary.Name())
	}
}
