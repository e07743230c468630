package config

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// CompleteFlags registers the completion of --profile and --cluster on the command that has the flags.
func CompleteFlags(root *cobra.Command, env *command.Env) {
	_ = root.RegisterFlagCompletionFunc("profile", CompleteProfiles(env)) // fails only where there is no such flag
	_ = root.RegisterFlagCompletionFunc("cluster", CompleteClusters(env))
}

// CompleteProfiles completes the names of profiles, each with its clusters. It is silent when the file can't be read.
func CompleteProfiles(env *command.Env) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		config := parsed(env)
		var found []cobra.Completion
		for _, name := range config.ProfileNames() {
			profile := config.Profiles[name]
			found = append(found, described(name, strings.Join(profile.ClusterNames(), ", ")))
		}
		return matching(found, begun)
	}
}

// CompleteClusters completes the clusters of the chosen profile, each with its context.
func CompleteClusters(env *command.Env) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		profile := effectiveProfile(env)
		var found []cobra.Completion
		for _, name := range profile.ClusterNames() {
			context := profile.Clusters[name].Context
			if context == name {
				context = ""
			}
			found = append(found, described(name, context))
		}
		return matching(found, begun)
	}
}

func completeSet(env *command.Env) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return matching(settable(env, begun), begun)
		case 1:
			return matching(values(env, args[0]), begun)
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

func completeUnset(env *command.Env) cobra.CompletionFunc {
	return firstArgument(func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		config := parsed(env)
		current := effectiveProfile(env)
		found := present(current, "")
		for _, name := range config.ProfileNames() {
			path := "profiles." + strictyaml.QuoteKey(name)
			found = append(found, path)
			if strings.HasPrefix(begun, path+".") {
				found = append(found, present(config.Profiles[name], path+".")...)
			}
		}
		return matching(found, begun)
	})
}

// settable are the keys of the current profile; those of others once their names are there.
func settable(env *command.Env, begun string) []cobra.Completion {
	current := effectiveProfile(env)
	found := append([]cobra.Completion{described(keyCurrent, "profile to use")}, settableIn(current, "")...)
	config := parsed(env)
	for _, name := range config.ProfileNames() {
		if path := "profiles." + strictyaml.QuoteKey(name) + "."; strings.HasPrefix(begun, "p") {
			found = append(found, settableIn(config.Profiles[name], path)...)
		}
	}
	return found
}

func settableIn(profile config.Profile, before string) []cobra.Completion {
	var found []cobra.Completion
	for _, k := range keys() {
		if !strings.Contains(k.path, "NAME") {
			found = append(found, described(before+k.path, k.meaning))
			continue
		}
		for _, cluster := range profile.ClusterNames() {
			found = append(found, described(before+strings.Replace(k.path, "NAME", strictyaml.QuoteKey(cluster), 1), k.meaning))
		}
	}
	return found
}

// values are what a key can be given, where that is known.
func values(env *command.Env, path string) []cobra.Completion {
	steps, err := strictyaml.SplitPath(path)
	if err != nil || len(steps) == 0 {
		return nil
	}
	switch steps[len(steps)-1].Key {
	case "auth":
		return []cobra.Completion{"dex", "kubeconfig"}
	case "color":
		return []cobra.Completion{"auto", "always", "never"}
	case "output":
		return output.Formats()
	case "readOnly":
		return []cobra.Completion{"true", "false"}
	case "store":
		return []cobra.Completion{"cluster", "mysql"}
	case keyCurrent, "profile":
		config := parsed(env)
		return config.ProfileNames()
	case "defaultCluster", "cluster":
		profile := effectiveProfile(env)
		if config := parsed(env); len(steps) == 3 {
			profile = config.Profiles[steps[1].Key]
		}
		return profile.ClusterNames()
	}
	return nil
}

// present are the keys that a profile has. Its JSON form has those and no others.
func present(profile config.Profile, before string) []cobra.Completion {
	source, err := json.Marshal(profile)
	if err != nil {
		return nil
	}
	var tree map[string]any
	if json.Unmarshal(source, &tree) != nil {
		return nil
	}
	return leaves(tree, before)
}

func leaves(tree map[string]any, before string) []cobra.Completion {
	var found []cobra.Completion
	for name, value := range tree {
		path := before + strictyaml.QuoteKey(name)
		found = append(found, path)
		if inner, ok := value.(map[string]any); ok {
			found = append(found, leaves(inner, path+".")...)
		}
	}
	slices.Sort(found)
	return found
}

// parsed is the config file, empty when it can't be read: a completion has nobody to tell.
func parsed(env *command.Env) config.Config {
	file, err := config.Read(env.Sources())
	if err != nil {
		return config.Config{}
	}
	return file.Config
}

func effectiveProfile(env *command.Env) config.Profile {
	config := parsed(env)
	return config.Profiles[cmp.Or(chosen(env)().Profile, config.CurrentProfile)]
}

func firstArgument(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(cmd, args, begun)
	}
}

func described(word, meaning string) cobra.Completion {
	if meaning == "" {
		return word
	}
	return cobra.CompletionWithDesc(word, meaning)
}

func matching(found []cobra.Completion, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	found = slices.DeleteFunc(found, func(c cobra.Completion) bool { return !strings.HasPrefix(c, begun) })
	return found, cobra.ShellCompDirectiveNoFileComp
}
