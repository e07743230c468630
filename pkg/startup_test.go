package pkg_test

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// costly are packages that draw in the scheme of every Kubernetes API (22 ms of CPU at each start and 22 MB) or cost much
// for what they give. Each with what to use instead.
func costly() map[string]string {
	own := "pkg/kube has a client with a scheme of the groups in use"
	return map[string]string{
		"k8s.io/client-go/kubernetes":                 own, // with scheme and typed/*
		"k8s.io/client-go/applyconfigurations":        own,
		"k8s.io/client-go/discovery":                  own,
		"k8s.io/client-go/restmapper":                 own,
		"k8s.io/client-go/scale":                      own,
		"k8s.io/client-go/informers":                  own,
		"k8s.io/client-go/listers":                    own,
		"k8s.io/client-go/tools/leaderelection":       "a Lease and a compare-and-swap: pkg/app/kubestore",
		"k8s.io/kubectl":                              own,
		"k8s.io/cli-runtime":                          "pkg/output prints, pkg/kube reads",
		"sigs.k8s.io/controller-runtime":              own,
		"github.com/tektoncd/pipeline":                "write the few structs that are read (38 ms, 20 MB)",
		"github.com/prometheus/alertmanager/dispatch": "write the routing tree and test it against the tool (20 ms, 14 MB)",
		"github.com/prometheus/prometheus":            "12 ms and 9 MB for the parser alone",
		"github.com/spf13/cobra/doc":                  "cmd/gendocs writes the pages itself",
		"github.com/spf13/viper/remote":               "profiles are files",
		"net/http/pprof":                              "it registers handlers when it is imported",
		"testing":                                     "tests are no part of the program",
	}
}

func TestNothingCostlyIsLinkedIn(t *testing.T) {
	g := load(t)
	const main = module + "cmd/bcpaas"
	for path, instead := range costly() {
		if way := g.chain(main, func(at string) bool { return under(at, []string{path}) }); way != nil {
			t.Errorf("%s is linked in: %s\n\tinstead: %s", path, strings.Join(way, " -> "), instead)
		}
	}
}

// initLine is a line of GODEBUG=inittrace=1: init PACKAGE @0.1 ms, 0.02 ms clock, 512 bytes, 7 allocs.
func initLine() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock, (\d+) bytes, (\d+) allocs$`)
}

type cost struct {
	pkg           string
	clock         float64 // milliseconds
	bytes, allocs int
}

// Nothing is asserted on times, which depend on the machine: the table is there to be looked at when a dependency is
// added (go test -v -run InitTime ./pkg).
func TestInitTimePerPackage(t *testing.T) {
	if testing.Short() {
		t.Skip("it links the program")
	}
	binary := filepath.Join(t.TempDir(), "bcpaas")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/bcpaas").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	command := exec.Command(binary, "version")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1", "BCPAAS_CONFIG="+os.DevNull, "BCPAAS_PROFILE=(kubeconfig)")
	var trace bytes.Buffer
	command.Stderr = &trace
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s", err, trace.String())
	}
	var costs []cost
	for _, match := range initLine().FindAllStringSubmatch(trace.String(), -1) {
		costs = append(costs, cost{match[1], number(t, match[2]), int(number(t, match[3])), int(number(t, match[4]))})
	}
	if len(costs) == 0 {
		t.Fatalf("no line of a trace in:\n%s", trace.String())
	}
	slices.SortFunc(costs, func(a, b cost) int {
		return cmp.Or(cmp.Compare(b.clock, a.clock), cmp.Compare(b.bytes, a.bytes), cmp.Compare(a.pkg, b.pkg))
	})
	var sum cost
	for _, c := range costs {
		sum.clock, sum.bytes, sum.allocs = sum.clock+c.clock, sum.bytes+c.bytes, sum.allocs+c.allocs
	}
	t.Logf("%8s %10s %8s  package", "ms", "bytes", "allocs")
	for _, c := range costs[:min(15, len(costs))] {
		t.Logf("%8.3f %10d %8d  %s", c.clock, c.bytes, c.allocs, c.pkg)
	}
	t.Logf("%8.3f %10d %8d  sum of %d packages", sum.clock, sum.bytes, sum.allocs, len(costs))
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
