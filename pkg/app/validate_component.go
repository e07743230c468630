package app

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

func (c *checker) component(m *Component, at string) {
	c.image(at+".image", m.Image, true)
	c.ports(m, at)
	c.environment(m.Env, m.Secrets, at)
	c.files(m, at)
	c.resources(m.Resources, at+".resources")
	c.probes(m, at)
	c.scaling(m, at)
	c.strategy(m, at)
	c.volumes(m, at)
	c.initContainers(m, at)
	c.placement(m, at)
	c.runs(m, at)
}

func (c *checker) image(at, image string, needed bool) {
	if image == "" {
		if needed {
			c.add(at, "image is missing")
		}
		return
	}
	if _, err := ParseImage(image); err != nil {
		c.add(at, "%s", err)
	}
}

func (p *Port) protocol() string { return orDefault(p.Protocol, "TCP") }

// name is the port's name, first telling whether it is the component's first one.
func (p *Port) name(first bool) string {
	switch {
	case p.Name != "":
		return p.Name
	case first:
		return "http"
	}
	return "port-" + strconv.Itoa(p.Port)
}

func (p *Port) service() int {
	if p.Service != 0 {
		return p.Service
	}
	return p.Port
}

func (c *checker) ports(m *Component, at string) {
	if len(m.Ports) > 0 && !m.Serves() {
		c.add(at+".ports", "a job or cron serves nobody: ports make no sense here")
	}
	seen := map[string]bool{}
	once := func(at, what string) {
		if seen[what] {
			c.add(at, "%s is there twice", what)
		}
		seen[what] = true
	}
	for i := range m.Ports {
		p, at := &m.Ports[i], index(at+".ports", i)
		c.oneOf(at+".protocol", "protocol", p.Protocol, "TCP", "UDP", "SCTP")
		switch {
		case p.Port == 0:
			c.add(at+".port", "port must be from 1 to 65535")
			continue
		case p.Port < 0 || p.Port > 65535:
			c.add(at+".port", "port must be from 1 to 65535, not %d", p.Port)
			continue
		case p.Service < 0 || p.Service > 65535:
			c.add(at+".service", "service must be from 1 to 65535, not %d", p.Service)
		}
		once(at+".port", fmt.Sprintf("port %d/%s", p.Port, p.protocol()))
		if p.Service != 0 {
			once(at+".service", fmt.Sprintf("service port %d/%s", p.service(), p.protocol()))
		} else {
			once(at, fmt.Sprintf("service port %d/%s", p.service(), p.protocol()))
		}
		if p.Name != "" {
			c.reasons(at+".name", p.Name, validation.IsValidPortName(p.Name))
		}
		once(at+".name", "port name "+p.name(i == 0))
	}
}

func (c *checker) environment(env map[string]string, secrets map[string]Secret, at string) {
	total := 0
	for _, name := range sortedKeys(env) {
		at := join(at+".env", name)
		c.variable(at, name)
		total += len(name) + len(env[name]) + 2
		if size := len(name) + len(env[name]) + 2; size > maxEnvValue {
			c.add(at, "%s is %s long, but Linux gives a process no variable above %s: put it in files", name, sizeText(size), sizeText(maxEnvValue))
		}
		if strings.ContainsRune(env[name], 0) {
			c.add(at, "%s holds a NUL byte, which no environment variable can", name)
		}
	}
	if total > MaxEnvBytes {
		c.add(at+".env", "the variables are %s together, above the bound of %s: put large values in files", sizeText(total), sizeText(MaxEnvBytes))
	}
	for _, name := range sortedKeys(secrets) {
		at := join(at+".secrets", name)
		c.variable(at, name)
		if _, both := env[name]; both {
			c.add(at, "%s stands in env too", name)
		}
		s := secrets[name]
		c.exactlyOne(at, map[string]bool{"secret": s.Secret != "", "file": s.File != "", "env": s.Env != ""})
		c.secretKey(at, s.Secret, s.Key)
	}
}

func (c *checker) variable(at, name string) {
	if len(validation.IsCIdentifier(name)) > 0 && len(validation.IsEnvVarName(name)) > 0 {
		c.add(at, "%q can't be the name of an environment variable: letters, digits, '_', '-' and '.', not beginning with a digit", shorten(name))
	}
}

func (c *checker) secretKey(at, secret, key string) {
	if secret == "" {
		if key != "" {
			c.add(at+".key", "key needs secret, the name of the Secret it is in")
		}
		return
	}
	c.reasons(at+".secret", secret, validation.IsDNS1123Subdomain(secret))
	if key == "" {
		c.add(at+".key", "key is missing: which key of Secret %s?", shorten(secret))
		return
	}
	c.reasons(at+".key", key, validation.IsConfigMapKey(key))
}

func (c *checker) exactlyOne(at string, given map[string]bool) {
	var there []string
	for _, name := range sortedKeys(given) {
		if given[name] {
			there = append(there, name)
		}
	}
	names := strings.Join(sortedKeys(given), ", ")
	switch len(there) {
	case 0:
		c.add(at, "one of %s is needed", names)
	case 1:
	default:
		c.add(at, "only one of %s can be given, not %s", names, strings.Join(there, " and "))
	}
}

func (c *checker) oneOf(at, what, value string, allowed ...string) {
	if value == "" {
		return
	}
	for _, a := range allowed {
		if a == value {
			return
		}
	}
	c.add(at, "%s must be one of %s, not %q", what, strings.Join(allowed, ", "), shorten(value))
}

func (c *checker) files(m *Component, at string) {
	total := 0
	for _, name := range sortedKeys(m.Files) {
		f, at := m.Files[name], join(at+".files", name)
		c.mountPath(at, name)
		// Empty content is a file too: an empty one.
		if f.File != "" || f.Secret != "" || f.Key != "" {
			c.exactlyOne(at, map[string]bool{"content": f.Content != "", "file": f.File != "", "secret": f.Secret != "" || f.Key != ""})
		}
		if f.Key != "" && f.Secret == "" {
			c.add(at+".key", "key needs secret, the name of the Secret it is in")
		} else {
			c.secretKey(at, f.Secret, f.Key)
		}
		total += len(f.Content)
		if len(f.Content) > MaxFilesBytes {
			c.add(at+".content", "the file is %s long; all files of a component may hold %s together", sizeText(len(f.Content)), sizeText(MaxFilesBytes))
			total -= len(f.Content)
		}
	}
	if total > MaxFilesBytes {
		c.add(at+".files", "the files hold %s together, above the bound of %s", sizeText(total), sizeText(MaxFilesBytes))
	}
}

func (c *checker) mountPath(at, p string) {
	if !strings.HasPrefix(p, "/") || p == "/" || path.Clean(p) != p || strings.ContainsAny(p, ":\x00") {
		c.add(at, "%q must be an absolute path below /, without '..', '//', ':' or a '/' at its end", shorten(p))
	}
}

func (c *checker) volumes(m *Component, at string) {
	names, paths := map[string]bool{}, map[string]bool{}
	for _, p := range sortedKeys(m.Files) {
		paths[p] = true
	}
	for i := range m.Volumes {
		v, at := &m.Volumes[i], index(at+".volumes", i)
		switch {
		case v.Name == "":
			c.add(at+".name", "name is missing")
		case strings.HasPrefix(v.Name, reservedVolume):
			c.add(at+".name", "names that begin with %s are taken", reservedVolume)
		default:
			c.reasons(at+".name", v.Name, validation.IsDNS1123Label(v.Name))
		}
		if names[v.Name] {
			c.add(at+".name", "the name %s is there twice", shorten(v.Name))
		}
		c.mountPath(at+".path", v.Path)
		if paths[v.Path] {
			c.add(at+".path", "something else is mounted at %s too", shorten(v.Path))
		}
		names[v.Name], paths[v.Path] = true, true
		c.volumeSource(m, v, at)
	}
}

func (c *checker) volumeSource(m *Component, v *Volume, at string) {
	kept := v.Size != "" && !v.Scratch
	c.exactlyOne(at, map[string]bool{"size": v.Size != "", "claim": v.Claim != "", "scratch": v.Scratch})
	if v.Size != "" {
		c.quantity(at+".size", "size", v.Size, true)
	}
	if kept && !m.Serves() {
		c.add(at+".size", "the pods of a job or cron don't come back to a volume: use an existing claim, or scratch")
	}
	if v.Class != "" {
		c.reasons(at+".class", v.Class, validation.IsDNS1123Subdomain(v.Class))
		if v.Size == "" {
			c.add(at+".class", "class is for a volume with a size")
		}
	}
	if v.Claim != "" {
		c.reasons(at+".claim", v.Claim, validation.IsDNS1123Subdomain(v.Claim))
	}
}

func (c *checker) initContainers(m *Component, at string) {
	seen := map[string]bool{m.DisplayName(): true}
	for i := range m.InitContainers {
		n, at := &m.InitContainers[i], index(at+".initContainers", i)
		switch {
		case n.Name == "":
			c.add(at+".name", "name is missing")
		case seen[n.Name]:
			c.add(at+".name", "another container of this component is called %s already", shorten(n.Name))
		default:
			c.reasons(at+".name", n.Name, validation.IsDNS1123Label(n.Name))
		}
		seen[n.Name] = true
		c.image(at+".image", n.Image, false)
		c.environment(n.Env, n.Secrets, at)
		c.resources(n.Resources, at+".resources")
	}
}

// seconds reads a time span of whole seconds; empty is zero.
func seconds(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d%time.Second != 0 || d > 24*365*time.Hour {
		return 0, fmt.Errorf("%q is no time span in whole seconds, such as 10s, 5m or 1h30m", shorten(text))
	}
	return int(d / time.Second), nil
}

// sizeText says a number of bytes in the unit that reads best.
func sizeText(n int) string {
	switch {
	case n >= 1<<20:
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MiB"
	case n >= 1<<10:
		return strconv.Itoa(n>>10) + " KiB"
	}
	return strconv.Itoa(n) + " bytes"
}
