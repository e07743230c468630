package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// checker gathers what is wrong with a config whose types are right.
type checker struct {
	document *strictyaml.Document
	found    strictyaml.Problems
}

func check(file *File) strictyaml.Problems {
	c := &checker{document: file.document}
	config := &file.Config
	if config.APIVersion != APIVersion {
		c.add("apiVersion", "apiVersion must be %s, not %q", APIVersion, config.APIVersion)
	}
	if config.Kind != Kind {
		c.add("kind", "kind must be %s, not %q", Kind, config.Kind)
	}
	if name := config.CurrentProfile; name != "" {
		c.reference("currentProfile", "profile", name, config.ProfileNames())
	}
	for _, name := range config.ProfileNames() {
		profile := config.Profiles[name]
		c.profile(under("profiles", name), name, &profile)
	}
	return c.found
}

func (c *checker) add(path, format string, args ...any) {
	c.found = append(c.found, c.document.Problem(path, format, args...))
}

// reference checks that a name is one of those there are.
func (c *checker) reference(path, kind, name string, names []string) {
	if slices.Contains(names, name) {
		return
	}
	if nearest, ok := strictyaml.Nearest(name, names); ok {
		c.add(path, "there is no %s %q, did you mean %q?", kind, name, nearest)
		c.found[len(c.found)-1].Nearest = nearest
		return
	}
	c.add(path, "there is no %s %q", kind, name)
}

func (c *checker) oneOf(path, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.add(path, "%s must be %s, not %q", path[strings.LastIndexByte(path, '.')+1:], orList(allowed), value)
	}
}

func orList(words []string) string {
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func (c *checker) profile(path, name string, p *Profile) {
	if message := badName(name); message != "" {
		c.add(path, "a profile can't be named %q: %s", name, message)
	}
	for _, cluster := range p.ClusterNames() {
		at := under(path+".clusters", cluster)
		if message := badName(cluster); message != "" {
			c.add(at, "a cluster can't be named %q: %s", cluster, message)
		}
		if p.Clusters[cluster].Context == "" {
			c.add(at, "cluster %q needs a context: the name of a kubeconfig context", cluster)
		}
	}
	if p.DefaultCluster != "" {
		c.reference(path+".defaultCluster", "cluster", p.DefaultCluster, p.ClusterNames())
	}
	c.oneOf(path+".auth", p.Auth, auths()...)
	c.oneOf(path+".color", p.Color, colors()...)
	if p.Catalog != nil {
		c.oneOf(path+".catalog.store", p.Catalog.Store, "cluster", "mysql")
		c.address(path+".catalog.address", p.Catalog.Address)
	}
	if p.Kafka != nil {
		for i, broker := range p.Kafka.Brokers {
			c.address(fmt.Sprintf("%s.kafka.brokers[%d]", path, i), broker)
		}
	}
	c.urls(path, p)
	c.secrets(path, p)
}

func (c *checker) urls(path string, p *Profile) {
	eachLeaf(p, func(leaf string, value any) {
		switch {
		case leaf == "directory.url":
			c.url(path+"."+leaf, text(value), "ldaps", "ldap", "ldapi")
		case strings.HasSuffix(leaf, ".url"), leaf == "dex.issuer":
			c.url(path+"."+leaf, text(value), "https", "http")
		}
	})
}

// url never repeats the value: the password that it refuses may be in it.
func (c *checker) url(path, value string, schemes ...string) {
	parsed, err := url.Parse(value)
	switch {
	case err != nil || !slices.Contains(schemes, parsed.Scheme) || parsed.Host == "" && parsed.Scheme != "ldapi":
		c.add(path, "%s must be a URL such as %s://host", path[strings.LastIndexByte(path, '.')+1:], schemes[0])
	case parsed.User != nil:
		c.add(path, "secrets are not kept in the config: write the URL without user and password")
	}
}

func (c *checker) address(path, value string) {
	if value == "" {
		return
	}
	host, port, err := net.SplitHostPort(value)
	if number, portErr := strconv.ParseUint(port, 10, 16); err != nil || host == "" || portErr != nil || number == 0 {
		c.add(path, "%q is not host:port", value)
	}
}

// secrets: a secret has one source.
func (c *checker) secrets(path string, p *Profile) {
	set := map[string]bool{}
	eachLeaf(p, func(leaf string, _ any) { set[leaf] = true })
	for _, leaf := range sortedKeys(set) {
		if name, ok := strings.CutSuffix(leaf, "Command"); ok && set[name+"File"] {
			short := name[strings.LastIndexByte(name, '.')+1:]
			c.add(path+"."+leaf, "%sFile and %sCommand are both set: keep one", short, short)
		}
	}
}

func badName(name string) string {
	switch {
	case name == "":
		return "a name can't be empty"
	case name == Implicit:
		return "the name stands for the profile that needs no file"
	case strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }):
		return "it has characters that can't be seen"
	}
	return ""
}

func auths() []string  { return []string{"dex", "kubeconfig"} }
func colors() []string { return []string{"auto", "always", "never"} }
