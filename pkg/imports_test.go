package pkg_test

import (
	"slices"
	"strings"
	"testing"
)

// room is the kind of package in the house of ARCHITECTURE.md.
func room(name string) string {
	parts := strings.Split(name, "/")
	switch {
	case strings.HasSuffix(name, "test"):
		return "testing" // helpers of tests, such as pkg/kube/kubetest: no room may import them
	case parts[0] != "pkg":
		return parts[0] // cmd
	case slices.Contains([]string{"pkg/cli", "pkg/cli/command", "pkg/cli/connect"}, name):
		return parts[len(parts)-1]
	case parts[1] == "cli":
		return "noun"
	case slices.Contains([]string{"config", "kube", "output", "fault", "strictyaml", "manifest", "diagnosis"}, parts[1]) && len(parts) == 2:
		return parts[1]
	case len(parts) == 2, name == "pkg/app/rollout", name == "pkg/app/inventory":
		return "domain" // pure; a new pure part of a domain is named here
	default:
		return "store"
	}
}

// arrows say which rooms a room may import. They run downward only. "own" is a package of the same domain: pkg/app from
// pkg/app/rollout, or pkg/app/rollout from pkg/app/kubestore.
func arrows() map[string][]string {
	return map[string][]string{
		"cmd":        {"cli", "command", "config", "output", "fault", "diagnosis", "domain", "kube"},
		"cli":        {"noun", "command", "output", "fault"},
		"noun":       {"command", "connect", "domain", "diagnosis", "store", "kube", "config", "output", "fault", "strictyaml"},
		"connect":    {"command", "store", "kube", "fault"},
		"command":    {"config", "output", "fault", "strictyaml"},
		"config":     {"fault", "strictyaml"},
		"output":     {"fault"},
		"store":      {"own", "diagnosis", "kube", "fault", "strictyaml", "manifest"},
		"kube":       {"fault"},
		"domain":     {"own", "diagnosis", "fault", "strictyaml", "manifest"},
		"diagnosis":  {"fault"},
		"strictyaml": {"fault"},
		"manifest":   {},
		"fault":      {},
		"testing":    {"kube", "fault", "domain", "diagnosis", "command", "output"},
	}
}

// exceptions are arrows that the table does not have, each with its reason.
func exceptions() map[string]string {
	return map[string]string{
		"pkg/app/kubestore -> pkg/diagnosis/kubewatch": "the wait for an app is the watch of its workloads: one engine, one watcher",
	}
}

func domainOf(name string) string { return strings.Split(name, "/")[1] }

// runsDownward tells whether one package may import another.
func runsDownward(from, to string) bool {
	if _, excepted := exceptions()[from+" -> "+to]; excepted {
		return true
	}
	if slices.Contains(arrows()[room(from)], room(to)) {
		return true
	}
	own := slices.Contains(arrows()[room(from)], "own") && strings.HasPrefix(to, "pkg/") && domainOf(to) == domainOf(from)
	return own && (room(to) == "domain" || room(to) == "store" && room(from) == "store")
}

func TestArrowsRunDownward(t *testing.T) {
	g := load(t)
	used := map[string]bool{}
	for _, from := range g.own() {
		if _, known := arrows()[room(from)]; !known {
			t.Errorf("%s is in no room of ARCHITECTURE.md", from)
		}
		for _, path := range g[module+from].Imports {
			to, inside := strings.CutPrefix(path, module)
			used[from+" -> "+to] = true
			if inside && !runsDownward(from, to) {
				way := append(g.chain(module+"cmd/bcpaas", func(p string) bool { return p == module+from }), to)
				t.Errorf("%s -> %s: a %s may import %s, not a %s\n\tthe chain: %s", from, to, room(from),
					strings.Join(arrows()[room(from)], ", "), room(to), strings.Join(way, " -> "))
			}
		}
	}
	for arrow := range exceptions() {
		if !used[arrow] {
			t.Errorf("the exception for %s is needed no more", arrow)
		}
	}
}

// The rules themselves: what they forbid, they find.
func TestForbiddenArrowsAreFound(t *testing.T) {
	for arrow, want := range map[string]bool{
		"pkg/app -> pkg/kube": false, "pkg/app -> pkg/app/kubestore": false, "pkg/app/rollout -> pkg/app": true, "pkg/fault -> pkg/output": false,
		"pkg/app/kubestore -> pkg/project/namespaces": false, "pkg/cli/app -> pkg/cli/project": false, "pkg/cli/app -> pkg/cli": false,
		"pkg/cli/command -> pkg/kube": false, "pkg/kube -> pkg/config": false, "pkg/project -> pkg/app": false, "pkg/output -> pkg/cli/command": false,
		"pkg/app/kubestore -> pkg/kube": true, "cmd/bcpaas -> pkg/cli": true, "pkg/cli/connect -> pkg/cli/app": false, "pkg/app -> test/lab": false, "pkg/kube -> pkg/kube/kubetest": false,
		"pkg/diagnosis -> pkg/diagnosis/kubewatch": false, "pkg/diagnosis/kubewatch -> pkg/diagnosis": true,
	} {
		from, to, _ := strings.Cut(arrow, " -> ")
		if runsDownward(from, to) != want {
			t.Errorf("%s: allowed is %v", arrow, !want)
		}
	}
}

// pureOutside is what packages without any system behind them may import from outside the module.
func pureOutside() []string {
	return []string{"k8s.io/api/", "k8s.io/apimachinery/", "github.com/fluxcd/cli-utils/pkg/kstatus", "go.yaml.in/yaml/v3"}
}

// reached are what no pure package may reach, not even through others; imported what it may not import itself (the API's
// own types draw in some of that).
func reached() []string {
	return []string{"k8s.io/client-go", "database/sql", "os/exec", "github.com/spf13/cobra", "github.com/spf13/viper"}
}
func imported() []string { return []string{"net/http", "net", "os", "log", "syscall"} }

func under(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/")
	})
}

func TestDomainsArePure(t *testing.T) {
	g := load(t)
	for _, name := range g.own() {
		outside := pureOutside()
		switch room(name) {
		case "domain", "diagnosis":
		case "fault":
			outside = nil // everybody imports it
		default:
			continue
		}
		for _, path := range g[module+name].Imports {
			if p := g[path]; !strings.HasPrefix(path, module) && p != nil && !p.Standard && !under(path, outside) {
				t.Errorf("%s imports %s: not on the list of pure packages", name, path)
			}
			if slices.Contains(imported(), path) {
				t.Errorf("%s imports %s", name, path)
			}
		}
		if way := g.chain(module+name, func(path string) bool { return under(path, reached()) }); way != nil {
			t.Errorf("%s reaches what it may not: %s", name, strings.Join(way, " -> "))
		}
	}
}

// sole are the libraries that one room keeps to itself, so that they can be replaced there.
func sole() map[string]func(name string) bool {
	only := func(names ...string) func(string) bool {
		return func(name string) bool { return slices.Contains(names, name) }
	}
	command := func(name string) bool { return strings.HasPrefix(name, "pkg/cli") || strings.HasPrefix(name, "cmd/") }
	return map[string]func(string) bool{
		"github.com/spf13/viper":           only("pkg/config"),
		"github.com/olekukonko":            only("pkg/output"),
		"github.com/spf13/cobra":           command,
		"github.com/spf13/pflag":           command,
		"k8s.io/client-go":                 only("pkg/kube", "pkg/output"), // output: util/jsonpath, which is free of the rest
		"github.com/invopop/jsonschema":    only("cmd/gendocs"),
		"github.com/santhosh-tekuri":       only(),
		"github.com/rogpeppe/go-internal":  only(),
		"github.com/google/go-cmp":         func(name string) bool { return room(name) == "testing" },
		"github.com/stretchr":              only(),
		"github.com/fluxcd/cli-utils":      only("pkg/diagnosis"),
		"github.com/aymanbagabas/go-udiff": only("pkg/cli/app"),
	}
}

func TestLibrariesStayInTheirRoom(t *testing.T) {
	g := load(t)
	for _, name := range g.own() {
		for _, path := range g[module+name].Imports {
			for library, may := range sole() {
				if under(path, []string{library}) && !may(name) {
					t.Errorf("%s imports %s, which another room keeps to itself", name, path)
				}
			}
			if strings.HasPrefix(path, module+"test/") {
				t.Errorf("%s imports %s: tests are no part of the program", name, path)
			}
		}
	}
}
