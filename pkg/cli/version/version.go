// Package version holds the verb version.
package version

import (
	"context"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	versionutil "k8s.io/apimachinery/pkg/util/version"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Release is what the linker writes for released binaries (see .goreleaser.yaml); the build info serves otherwise.
var Release = "" //nolint:gochecknoglobals // set by -X, never by code

// Oldest is the oldest Kubernetes that bcpaas supports.
const Oldest = "1.27"

// Info is what version prints.
type Info struct {
	Version   string   `json:"version"`
	Commit    string   `json:"commit,omitempty"`
	Time      string   `json:"time,omitempty"`
	GoVersion string   `json:"goVersion"`
	Platform  string   `json:"platform"`
	Cluster   *Cluster `json:"cluster,omitempty"`
}

// Cluster is what --check found.
type Cluster struct {
	Name      string `json:"name"`
	Version   string `json:"version"`
	Oldest    string `json:"oldestSupported"`
	Supported bool   `json:"supported"`
}

type versionOptions struct {
	Check   bool
	Printer func() (*output.Printer, error)
	// Server asks the cluster for its name and version.
	Server func(ctx context.Context) (name, version string, err error)
}

// New builds the verb.
func New(env *command.Env) *cobra.Command {
	return newVersion(env, runVersion)
}

func newVersion(env *command.Env, run func(context.Context, versionOptions) error) *cobra.Command {
	opts := versionOptions{Printer: env.Printer, Server: serverVersion(env)}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version, and whether it fits the cluster",
		Long: `Show the version of bcpaas. No cluster is contacted, unless --check is given: then the cluster's version is
compared with the versions that bcpaas supports (Kubernetes ` + Oldest + ` and later); exit code 9 if it is not one of them.`,
		Example: command.Example("bcpaas version", "bcpaas version --check -o json"),
		Args:    command.Args(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), opts) },
	}
	cmd.Flags().BoolVar(&opts.Check, "check", false, "compare with the cluster's version")
	command.AddOutput(cmd, env.Global)
	return cmd
}

func runVersion(ctx context.Context, o versionOptions) error {
	printer, err := o.Printer()
	if err != nil {
		return err
	}
	info := buildInfo()
	if o.Check {
		name, version, err := o.Server(ctx)
		if err != nil {
			return err
		}
		info.Cluster = &Cluster{Name: name, Version: version, Oldest: Oldest, Supported: supported(version)}
	}
	if err := output.PrintItem(printer, view(), info); err != nil {
		return err
	}
	if info.Cluster != nil && !info.Cluster.Supported {
		return fault.New(fault.Findings, "checking cluster %s: Kubernetes %s is older than %s", info.Cluster.Name, info.Cluster.Version, Oldest).
			WithHint("upgrade the cluster; most verbs work on older ones, untested")
	}
	return nil
}

func supported(server string) bool {
	got, err := versionutil.ParseGeneric(server)
	return err == nil && got.AtLeast(versionutil.MustParseGeneric(Oldest))
}

// Current is the version in a word.
func Current() string { return buildInfo().Version }

func buildInfo() Info {
	info := Info{Version: Release, GoVersion: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	if info.Version == "" {
		info.Version = strings.Trim(build.Main.Version, "()")
	}
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			info.Commit = setting.Value
		case "vcs.time":
			info.Time = setting.Value
		}
	}
	return info
}

func view() output.View[Info] {
	return output.View[Info]{
		Kind: "VersionList",
		Name: func(i Info) string { return i.Version },
		Columns: []output.Column[Info]{
			{Header: "VERSION", Cell: func(i Info) output.Cell { return output.Text(i.Version) }},
			{Header: "GO", Cell: func(i Info) output.Cell { return output.Text(i.GoVersion) }},
			{Header: "PLATFORM", Cell: func(i Info) output.Cell { return output.Text(i.Platform) }},
			{Header: "COMMIT", Wide: true, Cell: func(i Info) output.Cell { return output.Text(i.Commit) }},
			{Header: "CLUSTER", Cell: clusterCell},
		},
	}
}

func clusterCell(i Info) output.Cell {
	switch {
	case i.Cluster == nil:
		return output.Dim("not asked")
	case i.Cluster.Supported:
		return output.Good(i.Cluster.Name + " " + i.Cluster.Version)
	default:
		return output.Bad(i.Cluster.Name + " " + i.Cluster.Version + " (older than " + Oldest + ")")
	}
}
