package config

import (
	"path/filepath"
	"runtime"
	"strings"
)

// Sources is all that settings can come from. Its zero value is an empty environment.
type Sources struct {
	Getenv  func(string) string // nil: no variables
	HomeDir string
	WorkDir string            // where the search for .bcpaas.yaml begins; empty: no search
	Flags   map[string]string // the flags that were given, by name without dashes
}

func (s Sources) getenv(name string) string {
	if s.Getenv == nil {
		return ""
	}
	return s.Getenv(name)
}

// Variable is an environment variable that bcpaas reads in place of a flag.
type Variable struct {
	Key     string // of the setting, and the name of the flag
	Name    string
	Meaning string
}

// Variables are the variables that choose something, for help texts too. Flags that permit something (--yes, --force...,
// --purge, --prune, --apply, --insecure...) have none: a variable set long ago must not answer a question asked now.
func Variables() []Variable {
	return []Variable{
		{"profile", "BCPAAS_PROFILE", "profile of the config file; (kubeconfig) for none"},
		{"cluster", "BCPAAS_CLUSTER", "cluster of the profile, or a kubeconfig context where the profile has no clusters"},
		{"project", "BCPAAS_PROJECT", "project (namespace)"},
		{"output", "BCPAAS_OUTPUT", "output format"},
		{"color", "BCPAAS_COLOR", "auto, always or never"},
		{"auth", "BCPAAS_AUTH", "dex or kubeconfig"},
		{"timeout", "BCPAAS_TIMEOUT", "limit of waiting, such as 90s or 5m; 0 for none"},
	}
}

// Path is where the config file is or would be, and whether BCPAAS_CONFIG says so. It is empty when there is neither a
// variable nor a home folder to tell.
func (s Sources) Path() (path string, chosen bool) { return s.pathOn(runtime.GOOS) }

func (s Sources) pathOn(goos string) (path string, chosen bool) {
	if path := s.getenv("BCPAAS_CONFIG"); path != "" {
		return expandHome(path, s.HomeDir), true
	}
	folder := s.getenv("XDG_CONFIG_HOME")
	// The specification of the variable says that a relative path in it is to be ignored.
	if !filepath.IsAbs(folder) {
		folder = ""
	}
	if folder == "" && goos == "windows" {
		folder = s.getenv("AppData")
	}
	if folder == "" && s.HomeDir != "" {
		folder = filepath.Join(s.HomeDir, ".config")
	}
	if folder == "" {
		return "", false
	}
	return filepath.Join(folder, "bcpaas", "config.yaml"), false
}

func expandHome(path, home string) string {
	if home == "" {
		return path
	}
	if path == "~" {
		return home
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, rest)
	}
	return path
}
