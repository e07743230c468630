package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// longestFile bounds an App file: it holds configuration, and a release has to keep it.
const longestFile = 4 << 20

// source is where the app to deploy comes from: a file, flags, what was deployed last, or a mixture.
type source struct {
	File     string
	Vars     []string
	VarsFile string
	Flags    app.Flags
	replicas int

	Stdin    io.Reader
	ReadFile func(string) ([]byte, error) // relative to the file, for what the file names
	Getenv   func(string) (string, bool)

	fromFile *app.App
}

func (s *source) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	command.OnceVarP(flags, &s.File, "file", "f", "App file; - is stdin")
	flags.StringArrayVar(&s.Vars, "var", nil, "NAME=VALUE for ${NAME} in the file; can be repeated")
	flags.StringVar(&s.VarsFile, "vars-file", "", "YAML file of NAME: VALUE; --var goes before it")
	s.addAppFlags(cmd)
}

func (s *source) addAppFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&s.Flags.Image, "image", "", "image of the component")
	flags.StringVar(&s.Flags.Component, "component", "", "component that the flags are about (default: the only one)")
	flags.StringArrayVar(&s.Flags.Ports, "port", nil, "port, e.g. 8080, 80:8080 (service:container), dns=53:5353/udp; can be repeated")
	flags.StringArrayVar(&s.Flags.Env, "env", nil, "environment variable NAME=VALUE; can be repeated")
	flags.StringArrayVar(&s.Flags.Domains, "domain", nil, "host name, perhaps with a path, under which it is reached; can be repeated")
	flags.StringArrayVar(&s.Flags.Args, "arg", nil, "argument of the container; can be repeated")
	flags.IntVar(&s.replicas, "replicas", 1, "how many pods")
	flags.StringVar(&s.Flags.Autoscale, "autoscale", "", "MIN-MAX pods by CPU use, instead of --replicas")
	flags.StringVar(&s.Flags.CPU, "cpu", "", "CPU to reserve for each pod, e.g. 250m")
	flags.StringVar(&s.Flags.Memory, "memory", "", "memory to reserve for each pod, e.g. 256Mi")
	flags.StringVar(&s.Flags.CPULimit, "cpu-limit", "", "CPU that a pod may use at most")
	flags.StringVar(&s.Flags.MemoryLimit, "memory-limit", "", "memory that a pod may use at most")
}

// complete takes what is on the command line; nothing is read yet.
func (s *source) complete(env *command.Env, cmd *cobra.Command, args []string) error {
	s.Stdin, s.Getenv, s.ReadFile = env.In, lookup(env), beside(s.File)
	if cmd.Flags().Changed("replicas") {
		s.Flags.Replicas = &s.replicas
	}
	if len(args) > 0 {
		s.Flags.Name = args[0]
	}
	settings, err := env.Settings()
	if err != nil {
		return err
	}
	s.Flags.Project = env.Global.Given("project")
	if s.Flags.Name == "" && s.File == "" {
		s.Flags.Name = settings.App
	}
	if s.File == "" && (s.Flags.Name == "" || s.Flags.IsEmpty()) {
		return fault.New(fault.Usage, "%s needs -f FILE, or NAME and what to change (such as --image)", cmd.CommandPath()).
			WithHint("%s --help; bcpaas app init writes a first file", cmd.CommandPath())
	}
	if s.File == "" && (len(s.Vars) > 0 || s.VarsFile != "") {
		return fault.New(fault.Usage, "--var and --vars-file are for a file: give -f FILE")
	}
	return nil
}

// read reads and checks the file, or checks the flags. Bad input fails here, before any connection.
func (s *source) read() error {
	if s.File == "" {
		return s.Flags.Check()
	}
	vars, err := s.vars()
	if err != nil {
		return err
	}
	data, name, err := s.contents()
	if err != nil {
		return err
	}
	for _, pair := range s.Vars {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.Contains(string(data), "${"+name+"}") && !strings.Contains(string(data), "${"+name+":-") {
			return fault.New(fault.Usage, "--var %s: %s does not use ${%s}", name, cmp.Or(s.File, name), name)
		}
	}
	parsed, err := app.Parse(data, app.ParseOptions{File: name, Vars: vars})
	if err != nil {
		return fault.New(fault.Usage, "reading the App file:\n%w", err).WithCode("bad_file")
	}
	if s.fromFile, err = app.Overlay(parsed, s.Flags); err != nil {
		return err
	}
	return nil
}

func (s *source) contents() ([]byte, string, error) {
	from, name := s.Stdin, "stdin"
	if s.File != "-" {
		file, err := os.Open(s.File)
		if err != nil {
			return nil, "", fault.New(fault.Usage, "reading the App file: %w", err).WithHint("bcpaas app init writes a first file")
		}
		defer file.Close()
		from, name = file, s.File
	}
	data, err := io.ReadAll(io.LimitReader(from, longestFile+1))
	switch {
	case err != nil:
		return nil, "", fault.New(fault.Usage, "reading the App file %s: %w", name, err)
	case len(data) > longestFile:
		return nil, "", fault.New(fault.Usage, "reading the App file %s: it is larger than 4 MiB", name)
	}
	return data, name, nil
}

func (s *source) vars() (map[string]string, error) {
	vars := map[string]string{}
	if s.VarsFile != "" {
		data, err := os.ReadFile(s.VarsFile)
		if err != nil {
			return nil, fault.New(fault.Usage, "reading the variables: %w", err)
		}
		if err := strictyaml.Decode(data, strictyaml.Options{File: s.VarsFile}, &vars); err != nil {
			return nil, fmt.Errorf("reading the variables:\n%w", err)
		}
	}
	for _, pair := range s.Vars {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fault.New(fault.Usage, "--var %q: want NAME=VALUE", pair)
		}
		vars[name] = value
	}
	return vars, nil
}

// resolve gives the app to deploy. With flags alone, what was deployed last is taken and the flags changed in it.
func (s *source) resolve(ctx context.Context, records rollout.Records, project string) (*app.App, error) {
	if s.fromFile != nil {
		return s.fromFile, nil
	}
	last, err := rollout.LastApp(ctx, records, project, s.Flags.Name)
	if err != nil {
		return nil, err
	}
	if last == nil {
		return app.FromFlags(s.Flags)
	}
	if inputs := app.LocalInputs(last); len(inputs) > 0 {
		return nil, fault.New(fault.Usage, "deploying %s from flags: what was deployed last reads %s from where it was deployed", s.Flags.Name, strings.Join(inputs, ", ")).
			WithHint("give its file as well: -f FILE")
	}
	return app.Overlay(last, s.Flags)
}

// explicit tells the fields that the flags name: what was typed just now wins over what somebody changed before.
func (s *source) explicit(path string) bool {
	f := s.Flags
	switch {
	case strings.HasSuffix(path, ".replicas"):
		return f.Replicas != nil
	case strings.HasSuffix(path, ".image"):
		return f.Image != ""
	case strings.Contains(path, ".resources"):
		return f.CPU+f.Memory+f.CPULimit+f.MemoryLimit != ""
	case strings.Contains(path, ".args"):
		return len(f.Args) > 0
	case strings.Contains(path, ".env["):
		for _, pair := range f.Env {
			name, _, _ := strings.Cut(pair, "=")
			if strings.Contains(path, fmt.Sprintf(".env[name=%q]", name)) {
				return true
			}
		}
	}
	return false
}

// compile makes the objects. The project of the flag goes before that of the file, which goes before the default.
func (s *source) compile(wanted *app.App, project string) ([]app.Object, error) {
	if s.Flags.Project != "" {
		if wanted.Project != "" && wanted.Project != s.Flags.Project {
			return nil, fault.New(fault.Usage, "the file is for project %s, and --project says %s", wanted.Project, s.Flags.Project).
				WithHint("leave project: out of a file that is for several")
		}
	} else if wanted.Project != "" {
		project = wanted.Project
	}
	objects, err := app.Compile(wanted, app.CompileOptions{Namespace: project, ReadFile: s.ReadFile, Getenv: s.Getenv})
	if err == nil && len(objects) == 0 {
		err = errors.New("the app has no objects")
	}
	return objects, err
}
