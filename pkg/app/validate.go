package app

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// The bounds on what an app brings along.
const (
	MaxFilesBytes = 900 << 10 // all files of a component; a ConfigMap holds 1 MiB
	MaxEnvBytes   = 512 << 10 // all plain environment variables of a component
	maxEnvValue   = 128 << 10 // one variable: Linux gives a process no longer one
)

// problem is one broken rule.
type problem struct{ path, message string }

// checker gathers problems.
type checker struct{ problems []problem }

func (c *checker) add(path, format string, args ...any) {
	c.problems = append(c.problems, problem{path, fmt.Sprintf(format, args...)})
}

// reasons adds the answers of apimachinery's validation functions, which begin like "must consist of".
func (c *checker) reasons(path, value string, reasons []string) {
	if len(reasons) > 0 {
		c.add(path, "%q can't be used: %s", shorten(value), reasons[0])
	}
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return s
}

// Validate checks an app that no file stands behind, with the rules of Parse. The error is a fault.Usage that names each
// problem with the field's path.
func (a *App) Validate() error {
	problems := validate(a)
	if len(problems) == 0 {
		return nil
	}
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = p.path + ": " + p.message
	}
	return fault.New(fault.Usage, "%s", strings.Join(lines, "\n")).WithCode("invalid_app").On(a.Name)
}

func validate(a *App) []problem {
	c := &checker{}
	if a.APIVersion != APIVersion {
		c.add("apiVersion", "apiVersion must be %s, not %q", APIVersion, shorten(a.APIVersion))
	}
	if a.Kind != Kind {
		c.add("kind", "kind must be %s, not %q", Kind, shorten(a.Kind))
	}
	c.name("name", "name", a.Name)
	if a.Project != "" {
		c.reasons("project", a.Project, validation.IsDNS1123Label(a.Project))
	}
	if len(a.Components) == 0 {
		c.add("components", "an app needs at least one component")
	}
	seen := map[string]bool{}
	for i := range a.Components {
		component := &a.Components[i]
		path := index("components", i)
		c.componentName(a, component, path, seen)
		c.component(component, path)
	}
	c.headless(a)
	c.domains(a)
	if a.NetworkPolicy != nil {
		for i, project := range a.NetworkPolicy.FromProjects {
			c.reasons(index("networkPolicy.fromProjects", i), project, validation.IsDNS1123Label(project))
		}
	}
	return c.problems
}

// name checks a name that Services are called by: a DNS label that begins with a letter.
func (c *checker) name(path, what, value string) bool {
	switch {
	case value == "":
		c.add(path, "%s is missing", what)
	case len(validation.IsDNS1035Label(value)) > 0:
		c.add(path, "%s %q must be lower-case letters, digits and '-', begin with a letter and end with a letter or digit, at most 63 of them", what, shorten(value))
	default:
		return true
	}
	return false
}

func (c *checker) componentName(a *App, component *Component, path string, seen map[string]bool) {
	name := component.DisplayName()
	if seen[name] {
		if component.Name == "" {
			c.add(path, "this component needs a name: another one is called %s already", name)
		} else {
			c.add(path+".name", "the name %s is there twice", shorten(name))
		}
		return
	}
	seen[name] = true
	if component.Name != "" && !c.name(path+".name", "name", component.Name) {
		return
	}
	if base := BaseName(a.Name, name); len(base) > MaxBaseName {
		at := path + ".name"
		if base == a.Name {
			at = "name"
		}
		c.add(at, "the objects would be called %q, which is %d characters long; %d are possible", shorten(base), len(base), MaxBaseName)
	}
}

// headless keeps a component from taking the name of the Service that a StatefulSet's pods have beside their own.
func (c *checker) headless(a *App) {
	for i := range a.Components {
		m := &a.Components[i]
		if !m.Stateful() || !m.Serves() {
			continue
		}
		taken := BaseName(a.Name, m.DisplayName()) + "-pods"
		for j := range a.Components {
			if other := &a.Components[j]; BaseName(a.Name, other.DisplayName()) == taken {
				c.add(index("components", j)+".name", "%s is the name of the Service for the pods of component %s: choose another name", taken, m.DisplayName())
			}
		}
	}
}

func (c *checker) domains(a *App) {
	seen := map[string]bool{}
	for i := range a.Domains {
		d := &a.Domains[i]
		path := index("domains", i)
		c.host(path+".host", d.Host)
		if d.Path != "" && (!strings.HasPrefix(d.Path, "/") || strings.Contains(d.Path, "//") || strings.ContainsAny(d.Path, " ?#\\%\x00")) {
			c.add(path+".path", "path %q must begin with / and have neither //, spaces, '?', '#', '%%' nor backslashes", shorten(d.Path))
		}
		if d.TLS != "" {
			c.reasons(path+".tls", d.TLS, validation.IsDNS1123Subdomain(d.TLS))
		}
		address := d.Host + orDefault(d.Path, "/")
		if seen[address] {
			c.add(path, "the address %s is there twice", shorten(address))
		}
		seen[address] = true
		if d.Port < 0 || d.Port > 65535 {
			c.add(path+".port", "port must be from 1 to 65535, not %d", d.Port)
			continue
		}
		if _, _, err := a.destination(d); err != nil {
			c.add(path+err.field, "%s", err.message)
		}
	}
}

func (c *checker) host(path, host string) {
	switch {
	case host == "":
		c.add(path, "host is missing")
	case strings.Contains(host, "://") || strings.ContainsAny(host, "/:"):
		c.add(path, "host %q must be a host name only: no scheme, port or path", shorten(host))
	case strings.HasPrefix(host, "*."):
		c.reasons(path, host, validation.IsWildcardDNS1123Subdomain(host))
	default:
		c.reasons(path, host, validation.IsDNS1123Subdomain(host))
	}
}

// targetError says why a domain leads nowhere, and which of its fields is to blame.
type targetError struct{ field, message string }

// destination is the component and port that a domain leads to, by the defaults that Domain documents.
func (a *App) destination(d *Domain) (*Component, *Port, *targetError) {
	var component *Component
	if d.Component != "" {
		component = a.Find(d.Component)
		if component == nil {
			return nil, nil, &targetError{".component", fmt.Sprintf("there is no component %q", shorten(d.Component))}
		}
	} else {
		for i := range a.Components {
			if len(a.Components[i].Ports) == 0 {
				continue
			}
			if component != nil {
				return nil, nil, &targetError{"", "several components have ports: say which one in component"}
			}
			component = &a.Components[i]
		}
	}
	if component == nil || len(component.Ports) == 0 {
		return nil, nil, &targetError{"", "a domain needs a component with a port"}
	}
	for i := range component.Ports {
		if port := &component.Ports[i]; port.protocol() == "TCP" && (d.Port == 0 || d.Port == port.Port) {
			return component, port, nil
		}
	}
	return nil, nil, &targetError{".port", fmt.Sprintf("component %s has no TCP port %d", component.DisplayName(), d.Port)}
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
