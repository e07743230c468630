package app

import (
	"strconv"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Flags are what `app deploy NAME --image X` and `app init` take instead of a file. The texts are as typed.
type Flags struct {
	Name      string
	Project   string
	Component string // empty means main, or the only one
	Image     string

	Ports       []string // 8080, 80:8080 (service:container), http=8080, 53/udp, or all of it: dns=53:5353/udp
	Env         []string // NAME=VALUE
	Domains     []string // host or host/path
	Args        []string // arguments of the container
	Replicas    *int
	CPU         string // to reserve
	Memory      string
	CPULimit    string
	MemoryLimit string
	Autoscale   string // MIN-MAX
}

// FromFlags makes an app of one component. The error is a fault.Usage that names the flag.
func FromFlags(f Flags) (*App, error) {
	m := Component{Name: f.Component, Image: f.Image, Replicas: f.Replicas, Args: f.Args}
	a := &App{APIVersion: APIVersion, Kind: Kind, Name: f.Name, Project: f.Project}
	for _, text := range f.Ports {
		port, err := parsePort(text)
		if err != nil {
			return nil, err
		}
		m.Ports = append(m.Ports, port)
	}
	for _, text := range f.Env {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return nil, fault.New(fault.Usage, "--env %s: it must be NAME=VALUE", text)
		}
		if _, twice := m.Env[name]; twice {
			return nil, fault.New(fault.Usage, "--env %s is given twice", name)
		}
		set(&m.Env, name, value)
	}
	for _, text := range f.Domains {
		host, path, found := strings.Cut(text, "/")
		if found {
			path = "/" + path
		}
		a.Domains = append(a.Domains, Domain{Host: host, Path: path})
	}
	if f.Autoscale != "" {
		low, high, found := strings.Cut(f.Autoscale, "-")
		least, err := strconv.Atoi(low)
		most, err2 := strconv.Atoi(high)
		if !found || err != nil || err2 != nil {
			return nil, fault.New(fault.Usage, "--autoscale %s: it must be MIN-MAX, such as 2-10", f.Autoscale)
		}
		m.Autoscale = &Autoscale{Min: least, Max: most}
	}
	m.Resources = resourcesOf(f.CPU, f.Memory, f.CPULimit, f.MemoryLimit)
	a.Components = []Component{m}
	if problems := validate(a); len(problems) > 0 {
		return nil, flagFault(a.Name, problems)
	}
	return a, nil
}

// flagFault tells problems by the flags that they came from: who typed flags knows no paths of a file.
func flagFault(name string, problems []problem) error {
	lines := make([]string, len(problems))
	for i, p := range problems {
		lines[i] = flagOf(p.path) + ": " + p.message
	}
	return fault.New(fault.Usage, "%s", strings.Join(lines, "\n")).WithCode("invalid_app").On(name)
}

// flagOf is the flag that sets a path of an app of one component; a path without a flag stays as it is.
func flagOf(path string) string {
	for _, known := range []struct{ prefix, flag string }{
		{"components[0].resources.limits.cpu", "--cpu-limit"},
		{"components[0].resources.limits.memory", "--memory-limit"},
		{"components[0].resources.cpu", "--cpu"},
		{"components[0].resources.memory", "--memory"},
		{"components[0].image", "--image"},
		{"components[0].ports", "--port"},
		{"components[0].env", "--env"},
		{"components[0].args", "--arg"},
		{"components[0].replicas", "--replicas"},
		{"components[0].autoscale", "--autoscale"},
		{"domains", "--domain"},
		{"name", "NAME"},
		{"project", "--project"},
	} {
		if path == known.prefix || strings.HasPrefix(path, known.prefix+".") || strings.HasPrefix(path, known.prefix+"[") {
			return known.flag
		}
	}
	return path
}

func resourcesOf(cpu, memory, cpuLimit, memoryLimit string) *Resources {
	r := &Resources{CPU: cpu, Memory: memory}
	if cpuLimit != "" || memoryLimit != "" {
		r.Limits = &Limits{CPU: cpuLimit, Memory: memoryLimit}
	}
	if *r == (Resources{}) {
		return nil
	}
	return r
}

// parsePort reads [name=][service:]container[/protocol].
func parsePort(text string) (Port, error) {
	wrong := func() (Port, error) {
		return Port{}, fault.New(fault.Usage, "--port %s: it must be [NAME=][SERVICE:]PORT[/tcp|udp|sctp], such as 8080, 80:8080 or dns=53/udp", text)
	}
	var p Port
	rest := text
	if name, after, found := strings.Cut(rest, "="); found {
		p.Name, rest = name, after
	}
	if before, protocol, found := strings.Cut(rest, "/"); found {
		p.Protocol, rest = strings.ToUpper(protocol), before
		if p.Protocol == "TCP" {
			p.Protocol = ""
		}
	}
	if service, after, found := strings.Cut(rest, ":"); found {
		n, err := strconv.Atoi(service)
		if err != nil {
			return wrong()
		}
		p.Service, rest = n, after
	}
	n, err := strconv.Atoi(rest)
	if err != nil {
		return wrong()
	}
	p.Port = n
	return p, nil
}
