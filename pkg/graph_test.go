package pkg_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/bcpaas/bcpaas/"

// listed is a package as go list tells it.
type listed struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Error      *struct{ Err string }
}

// graph is all that the module's own packages are made of, by import path.
type graph map[string]*listed

// whole is the graph of cmd and pkg. go list takes a second, and the tests share it.
var whole = sync.OnceValues(func() (graph, error) { return list("../cmd/...", "../pkg/...") })

func list(patterns ...string) (graph, error) {
	command := exec.Command("go", append([]string{"list", "-e", "-deps", "-json=ImportPath,Standard,Imports,Error"}, patterns...)...)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, err
	}
	found := graph{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		found[p.ImportPath] = &p
	}
}

func load(t *testing.T) graph {
	t.Helper()
	found, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		if p.Error != nil {
			t.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		}
	}
	return found
}

// own lists the module's packages, without the module's path, sorted.
func (g graph) own() []string {
	var names []string
	for path := range g {
		if name, ok := strings.CutPrefix(path, module); ok && name != "pkg" { // pkg itself holds these tests only
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// chain is a shortest way of imports from one package to the first that is wanted; nil: there is none.
func (g graph) chain(from string, wanted func(path string) bool) []string {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		if at := queue[0]; at != from && wanted(at) {
			var way []string
			for ; at != ""; at = came[at] {
				way = append(way, strings.TrimPrefix(at, module))
			}
			slices.Reverse(way)
			return way
		}
		if p := g[queue[0]]; p != nil {
			for _, next := range p.Imports {
				if _, seen := came[next]; !seen {
					came[next] = queue[0]
					queue = append(queue, next)
				}
			}
		}
	}
	return nil
}

const longestChain = 8 // of packages; a longer one can't be held in the head

func TestTheLongestChainIsShort(t *testing.T) {
	g := load(t)
	longest := map[string][]string{}
	var follow func(path string) []string
	follow = func(path string) []string {
		if way, done := longest[path]; done {
			return way
		}
		var best []string
		for _, next := range g[path].Imports {
			if strings.HasPrefix(next, module) {
				if way := follow(next); len(way) > len(best) {
					best = way
				}
			}
		}
		longest[path] = append([]string{strings.TrimPrefix(path, module)}, best...)
		return longest[path]
	}
	var most []string
	for _, name := range g.own() {
		if way := follow(module + name); len(way) > len(most) {
			most = way
		}
	}
	t.Logf("the longest chain, %d packages: %s", len(most), strings.Join(most, " -> "))
	if len(most) > longestChain {
		t.Errorf("%d packages, more than %d: %s", len(most), longestChain, strings.Join(most, " -> "))
	}
}
