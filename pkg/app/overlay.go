package app

import (
	"cmp"
	"maps"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// IsEmpty tells whether the flags say nothing beside the app's name and project.
func (f Flags) IsEmpty() bool {
	return f.Image == "" && f.CPU == "" && f.Memory == "" && f.CPULimit == "" && f.MemoryLimit == "" && f.Autoscale == "" &&
		f.Replicas == nil && len(f.Ports)+len(f.Env)+len(f.Domains)+len(f.Args) == 0
}

// Check tells what is wrong with the flags by themselves, before it is known what they change. An image may be missing:
// the app may have one.
func (f Flags) Check() error {
	_, err := FromFlags(f.completed("placeholder"))
	return err
}

// completed adds what FromFlags demands and an existing app may have: an image, and a port for a domain.
func (f Flags) completed(image string) Flags {
	f.Component = ""
	f.Image = cmp.Or(f.Image, image)
	if len(f.Domains) > 0 && len(f.Ports) == 0 {
		f.Ports = []string{"80"}
	}
	return f
}

// Overlay is a copy of an app with what the flags name changed: single values and lists are replaced, environment
// variables are added to those there are. Which component is meant must be said when there are several. The error is a
// usage fault.
func Overlay(base *App, f Flags) (*App, error) {
	out := *base
	if f.Name != "" && f.Name != base.Name {
		return nil, fault.New(fault.Usage, "the file is of app %s, and the command line says %s", base.Name, f.Name)
	}
	if f.IsEmpty() {
		return &out, nil
	}
	out.Components = append([]Component(nil), base.Components...)
	target, err := out.target(f.Component)
	if err != nil {
		return nil, err
	}
	f.Name = base.Name
	made, err := FromFlags(f.completed(target.Image))
	if err != nil {
		return nil, err
	}
	target.take(&made.Components[0], f)
	if len(f.Domains) > 0 {
		out.Domains = made.Domains
	}
	if err := out.Validate(); err != nil {
		return nil, err
	}
	return &out, nil
}

func (a *App) target(component string) (*Component, error) {
	if component == "" && len(a.Components) == 1 {
		return &a.Components[0], nil
	}
	if component == "" {
		if main := a.Find(DefaultComponent); main != nil {
			return main, nil
		}
	}
	if found := a.Find(component); found != nil && component != "" {
		return found, nil
	}
	var names []string
	for i := range a.Components {
		names = append(names, a.Components[i].DisplayName())
	}
	return nil, fault.New(fault.Usage, "app %s has the components %s: say which the flags are about", a.Name, strings.Join(names, ", ")).
		WithHint("give --component %s", names[0])
}

// take changes what the flags named.
func (m *Component) take(made *Component, f Flags) {
	m.Image = made.Image
	if len(f.Ports) > 0 {
		m.Ports = made.Ports
	}
	if len(f.Args) > 0 {
		m.Args = made.Args
	}
	if len(f.Env) > 0 {
		env := maps.Clone(m.Env)
		if env == nil {
			env = map[string]string{}
		}
		maps.Copy(env, made.Env)
		m.Env = env
	}
	if f.Replicas != nil {
		m.Replicas, m.Autoscale = made.Replicas, nil
	}
	if f.Autoscale != "" {
		m.Autoscale, m.Replicas = made.Autoscale, nil
	}
	if made.Resources != nil {
		m.Resources = m.Resources.with(made.Resources)
	}
}

func (r *Resources) with(other *Resources) *Resources {
	out := Resources{}
	if r != nil {
		out = *r
	}
	out.CPU, out.Memory = cmp.Or(other.CPU, out.CPU), cmp.Or(other.Memory, out.Memory)
	if other.Limits != nil {
		limits := Limits{}
		if out.Limits != nil {
			limits = *out.Limits
		}
		limits.CPU, limits.Memory = cmp.Or(other.Limits.CPU, limits.CPU), cmp.Or(other.Limits.Memory, limits.Memory)
		out.Limits = &limits
	}
	return &out
}

// LocalInputs names the local files and variables that an app takes values from: what can only be read where it was
// deployed.
func LocalInputs(a *App) []string {
	var out []string
	for i := range a.Components {
		for _, name := range sortedKeys(a.Components[i].Secrets) {
			secret := a.Components[i].Secrets[name]
			switch {
			case secret.File != "":
				out = append(out, "file "+secret.File)
			case secret.Env != "":
				out = append(out, "variable "+secret.Env)
			}
		}
		for _, path := range sortedKeys(a.Components[i].Files) {
			if file := a.Components[i].Files[path]; file.File != "" {
				out = append(out, "file "+file.File)
			}
		}
	}
	return out
}
