package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// words are what a Tab offers, without the descriptions.
func words(t *testing.T, p *place, line ...string) []string {
	t.Helper()
	got := p.run(t, append([]string{"__complete"}, line...)...)
	if got.err != nil {
		t.Fatal(got.err)
	}
	offered := []string{}
	for _, line := range strings.Split(strings.TrimSpace(got.out), "\n") {
		if word, _, _ := strings.Cut(line, "\t"); !strings.HasPrefix(line, ":") {
			offered = append(offered, word)
		} else if line != ":4" { // no file names
			t.Errorf("directive %s", line)
		}
	}
	return offered
}

func TestCompletion(t *testing.T) {
	for name, tt := range map[string]struct {
		content string
		line    []string
		want    []string
	}{
		"profiles":             {two, []string{"config", "use", ""}, []string{"lab 1", "office"}},
		"profiles begun":       {two, []string{"config", "use", "o"}, []string{"office"}},
		"profiles, no second":  {two, []string{"config", "use", "office", ""}, []string{}},
		"flag profile":         {two, []string{"config", "list", "--profile", ""}, []string{"lab 1", "office"}},
		"flag cluster":         {two, []string{"config", "list", "--cluster", ""}, []string{"prod", "test"}},
		"cluster of a profile": {two, []string{"config", "list", "--profile", "lab 1", "--cluster", ""}, []string{}},
		"keys":                 {two, []string{"config", "set", "pro"}, []string{"project", "protectedProjects", "profiles.\"lab 1\".project", "prometheus.url"}},
		"keys of clusters": {two, []string{"config", "set", "clusters."}, []string{
			"clusters.prod.context", "clusters.test.context", "clusters.prod.kubeconfig", "clusters.test.kubeconfig",
		}},
		"values":              {two, []string{"config", "set", "color", "a"}, []string{"auto", "always"}},
		"values: profiles":    {two, []string{"config", "set", "currentProfile", ""}, []string{"lab 1", "office"}},
		"values: clusters":    {two, []string{"config", "set", "defaultCluster", "p"}, []string{"prod"}},
		"values of another":   {two, []string{"config", "set", `profiles."lab 1".defaultCluster`, ""}, []string{}},
		"values: formats":     {two, []string{"config", "set", "profiles.office.output", "js"}, []string{"json", "jsonpath="}},
		"values: yes or no":   {two, []string{"config", "set", "directory.readOnly", ""}, []string{"true", "false"}},
		"values: store":       {two, []string{"config", "set", "catalog.store", ""}, []string{"cluster", "mysql"}},
		"values: auth":        {two, []string{"config", "set", "auth", ""}, []string{"dex", "kubeconfig"}},
		"values: unknown":     {two, []string{"config", "set", "project", ""}, []string{}},
		"values: bad key":     {two, []string{"config", "set", `a."`, ""}, []string{}},
		"no third":            {two, []string{"config", "set", "color", "auto", ""}, []string{}},
		"present keys":        {two, []string{"config", "unset", ""}, []string{"clusters", "clusters.prod", "clusters.prod.context", "clusters.test", "clusters.test.context", "defaultCluster", "harbor", "harbor.url", "kafka", "kafka.brokers", "project", "timeout", `profiles."lab 1"`, "profiles.office"}},
		"present keys in one": {two, []string{"config", "unset", "profiles.office.k"}, []string{"profiles.office.kafka", "profiles.office.kafka.brokers"}},
		"broken file":         {broken, []string{"config", "use", ""}, []string{}},
		"broken file, keys":   {broken, []string{"config", "set", "col"}, []string{"color"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := words(t, newPlace(t, tt.content), tt.line...)
			if name == "keys" { // too many to name them all
				for _, want := range tt.want {
					if !slices.Contains(got, want) {
						t.Errorf("%q is not in %q", want, got)
					}
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestCompletionTellsWhatANameStandsFor(t *testing.T) {
	p := newPlace(t, two)
	if got := p.run(t, "__complete", "config", "use", "office").out; !strings.HasPrefix(got, "office\tprod, test\n") {
		t.Errorf("got %q", got)
	}
	if got := p.run(t, "__complete", "config", "view", "--cluster", "prod").out; !strings.HasPrefix(got, "prod\tprod-admin\n") {
		t.Errorf("got %q", got)
	}
}
