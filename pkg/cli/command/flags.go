package command

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Global holds the flags that mean one thing everywhere.
type Global struct {
	Context, Kubeconfig, As string
	AsGroups                []string
	Quiet                   bool
	Verbose                 int
	NoHeaders               bool
	AllProjects             bool

	given map[string]string // the settings given as flags, by name: config.Load ranks them above everything
}

// setting is a flag whose value is ranked with the environment, the profile and the default by config.Load.
type setting struct {
	given map[string]string
	name  string
}

func (s setting) Set(value string) error {
	if value == "" {
		return errors.New("it is empty (an unset variable?)") // never silently the default
	}
	s.given[s.name] = value
	return nil
}
func (s setting) Type() string   { return "string" }
func (s setting) String() string { return s.given[s.name] }

func (g *Global) setting(name string) pflag.Value { return setting{g.given, name} }

// Given is a setting's value as a flag, "" when it was not given.
func (g *Global) Given(name string) string { return g.given[name] }

// AddGlobal registers the flags of every command.
func AddGlobal(flags *pflag.FlagSet, g *Global) {
	flags.Var(g.setting("profile"), "profile", "profile of the config file to use ($BCPAAS_PROFILE)")
	flags.Var(g.setting("cluster"), "cluster", "cluster of the profile to use ($BCPAAS_CLUSTER)")
	flags.StringVar(&g.Context, "context", "", "kubeconfig context to use; goes before --cluster")
	flags.StringVar(&g.Kubeconfig, "kubeconfig", "", "kubeconfig file to use ($KUBECONFIG)")
	flags.StringVar(&g.As, "as", "", "impersonate this user")
	flags.StringArrayVar(&g.AsGroups, "as-group", nil, "impersonate this group; can be repeated")
	flags.Var(g.setting("color"), "color", "colour: auto, always or never ($BCPAAS_COLOR, $NO_COLOR)")
	flags.BoolVarP(&g.Quiet, "quiet", "q", false, "print data and errors only")
	flags.CountVarP(&g.Verbose, "verbose", "v", "print each request to stderr")
}

// AddOutput registers -o and its kin.
func AddOutput(cmd *cobra.Command, g *Global) {
	flags := cmd.Flags()
	flags.VarP(g.setting("output"), "output", "o", "format: table, wide, json, yaml, csv, name, ndjson, jsonpath=EXPR, go-template=TEMPLATE ($BCPAAS_OUTPUT)")
	flags.BoolVar(&g.NoHeaders, "no-headers", false, "print tables and csv without a header line")
	complete(cmd, "output", "table", "wide", "json", "yaml", "csv", "name", "ndjson", "jsonpath=", "go-template=")
}

// AddProject registers -p (alias -n).
func AddProject(cmd *cobra.Command, g *Global) {
	flags := cmd.Flags()
	flags.VarP(g.setting("project"), "project", "p", "project ($BCPAAS_PROJECT; default: the profile's, then the context's namespace)")
	flags.VarP(g.setting("project"), "namespace", "n", "the same as --project")
	_ = flags.MarkHidden("namespace")
}

// AddAllProjects registers -A.
func AddAllProjects(cmd *cobra.Command, g *Global) {
	cmd.Flags().BoolVarP(&g.AllProjects, "all-projects", "A", false, "all projects")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		if g.AllProjects && g.Given("project") != "" {
			return usage(cmd, "%s: --all-projects and --project exclude each other", cmd.CommandPath())
		}
		return nil
	}
}

// CheckSelector refuses what is no label selector, before any connection.
func CheckSelector(selector string) error {
	if _, err := labels.Parse(selector); err != nil {
		return fault.New(fault.Usage, "--selector %q: %w", selector, err).WithHint("e.g. team=web,tier!=cache,env in (test, prod)")
	}
	return nil
}

// AddTimeout registers --timeout.
func AddTimeout(cmd *cobra.Command, g *Global, what string) {
	cmd.Flags().Var(g.setting("timeout"), "timeout", what+", e.g. 90s or 5m; 0 is no limit ($BCPAAS_TIMEOUT)")
}

// once is a flag that may be given once: of two files, one would be left out silently.
type once struct {
	to    *string
	given bool
}

func (o *once) Set(text string) error {
	if o.given {
		return errors.New("it can be given once only")
	}
	*o.to, o.given = text, true
	return nil
}
func (o *once) Type() string { return "string" }
func (o *once) String() string {
	if o.to == nil {
		return ""
	}
	return *o.to
}

// OnceVarP registers a text flag that can't be repeated.
func OnceVarP(flags *pflag.FlagSet, to *string, name, short, about string) {
	flags.VarP(&once{to: to}, name, short, about)
}

// duration is a flag that reads 90s, 5m, 4h and 2d.
type duration struct{ to *time.Duration }

func (d duration) Set(text string) (err error) {
	*d.to, err = config.ParseDuration(text)
	return err
}
func (d duration) Type() string { return "duration" }
func (d duration) String() string {
	if d.to == nil {
		return "0"
	}
	return config.FormatDuration(*d.to)
}

// DurationVar registers a flag that is a duration, in the form in which bcpaas takes them everywhere.
func DurationVar(flags *pflag.FlagSet, to *time.Duration, name, about string) {
	flags.Var(duration{to}, name, about)
}

// AddYes registers -y for verbs that ask.
func AddYes(cmd *cobra.Command, yes *bool) {
	cmd.Flags().BoolVarP(yes, "yes", "y", false, "answer the question with yes")
}

func complete(cmd *cobra.Command, flag string, words ...string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
}

// Args checks the number of positional arguments and names what is missing. A name in brackets is optional, one that
// ends in "..." repeats.
func Args(names ...string) cobra.PositionalArgs {
	least, most := 0, len(names)
	for _, name := range names {
		if !strings.HasPrefix(name, "[") {
			least++
		}
		if strings.Contains(name, "...") {
			most = -1
		}
	}
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage(cmd, "%s needs %s", cmd.CommandPath(), strings.Join(names[len(args):least], " "))
		case most >= 0 && len(args) > most:
			return usage(cmd, "%s takes no argument %q", cmd.CommandPath(), args[most])
		}
		return nil
	}
}

func usage(cmd *cobra.Command, format string, args ...any) error {
	return fault.New(fault.Usage, format, args...).WithHint("%s --help", cmd.CommandPath())
}
