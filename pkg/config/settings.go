package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Settings are the effective ones.
type Settings struct {
	File        string // the config file that was read; empty when there is none
	ProfileName string // empty for the implicit profile
	Profile     Profile

	Cluster string // a cluster of the profile, else a kubeconfig context; empty: not chosen, see Target
	Project string
	App     string
	Output  string
	Color   string
	Auth    string
	Timeout time.Duration // 0 means no limit; see TimeoutOr

	Origins map[string]Origin // of the settings above, by key

	file *File
}

// Origin is where a setting came from. Its zero value is the default.
type Origin struct {
	Kind string // flag, env, file, kubeconfig, or empty for the default
	Name string // of the flag, the variable or the file
	Line int    // in the file
}

func (o Origin) String() string {
	switch o.Kind {
	case "flag":
		return "flag --" + o.Name
	case "env":
		return "env " + o.Name
	case "file":
		return fmt.Sprintf("%s:%d", o.Name, o.Line)
	case "kubeconfig":
		return "kubeconfig"
	}
	return "default"
}

// subject is the origin as the subject of an error.
func (o Origin) subject() string {
	if o.Kind == "flag" {
		return "--" + o.Name
	}
	return o.Name
}

// ProfileLabel names the profile, also the implicit one.
func (s *Settings) ProfileLabel() string {
	if s.ProfileName == "" {
		return Implicit
	}
	return s.ProfileName
}

// TimeoutOr is the limit that was set, or the verb's own. 0 means no limit.
func (s *Settings) TimeoutOr(usual time.Duration) time.Duration {
	if s.Origins["timeout"].Kind == "" {
		return usual
	}
	return s.Timeout
}

// Target is where the API server is to be found.
type Target struct {
	Cluster    string // as people call it; empty: the kubeconfig's current context
	Context    string // of the kubeconfig; empty: the current one
	Kubeconfig string // empty: KUBECONFIG or the default file
}

// Target is the chosen cluster. It is an error when the profile has several and none is chosen: verbs that need no cluster
// do not ask.
func (s *Settings) Target() (Target, error) {
	if len(s.Profile.Clusters) == 0 {
		return Target{Cluster: s.Cluster, Context: s.Cluster}, nil
	}
	if s.Cluster == "" {
		return Target{}, fault.New(fault.Usage, "choosing a cluster: profile %s has %s", s.ProfileName, strings.Join(s.Profile.ClusterNames(), ", ")).
			WithCode("cluster_not_chosen").WithHint("name one with --cluster, or: bcpaas config set defaultCluster NAME")
	}
	cluster := s.Profile.Clusters[s.Cluster]
	return Target{Cluster: s.Cluster, Context: cluster.Context, Kubeconfig: cluster.Kubeconfig}, nil
}

// Row is one effective setting for config view.
type Row struct {
	Key, Value string
	Origin     Origin
}

// View lists the effective settings, those that flags can choose first. Secrets are not among them: the config has none.
func (s *Settings) View() []Row {
	values := map[string]string{
		"profile": s.ProfileLabel(), "cluster": s.Cluster, "project": s.Project, "app": s.App,
		"output": s.Output, "color": s.Color, "auth": s.Auth, "timeout": "",
	}
	if s.Origins["timeout"].Kind != "" {
		values["timeout"] = FormatDuration(s.Timeout)
	}
	var rows []Row
	for _, key := range keys() {
		rows = append(rows, Row{key, values[key], s.Origins[key]})
	}
	eachLeaf(s.Profile, func(path string, value any) {
		if _, listed := values[path]; !listed && path != "defaultCluster" {
			rows = append(rows, Row{path, text(value), s.file.origin(under("profiles", s.ProfileName) + "." + path)})
		}
	})
	return rows
}
