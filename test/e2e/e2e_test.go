package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// groups are the folders of scripts, by what they need. The first ones run side by side, harm alone and after them.
var groups = []struct {
	name    string
	cluster bool   // needs an API server
	node    bool   // needs a node with a real kubelet, and the lab's images
	harm    bool   // kills or restarts servers
	needs   string // for the list of what was left out
}{
	{name: "local"},
	{name: "cluster", cluster: true, needs: "a cluster"},
	{name: "node", cluster: true, node: true, needs: "a cluster whose node runs containers, and the lab's registries"},
	{name: "harm", cluster: true, node: true, harm: true, needs: "servers that may be stopped"},
}

// sideBySide bounds the scripts under way at once: they mostly wait.
const sideBySide = 6

var (
	repository string // the root of the checkout
	programs   string // folder with bcpaas, first in the scripts' PATH
	cluster    *lab   // nil: there is none, for the reason noLab
	noLab      string
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", fmt.Sprint(sideBySide))
	}
	temporary, err := os.MkdirTemp("", "bcpaas-e2e-")
	if err == nil {
		defer os.RemoveAll(temporary)
		err = prepare(temporary)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	return m.Run()
}

// prepare builds the binary and finds the lab.
func prepare(temporary string) error {
	_, file, _, _ := runtime.Caller(0)
	repository, programs = filepath.Dir(filepath.Dir(filepath.Dir(file))), filepath.Join(temporary, "bin")
	if err := os.Mkdir(programs, 0o755); err != nil {
		return err
	}
	program := filepath.Join(programs, "bcpaas")
	if built := os.Getenv("BCPAAS_E2E_BINARY"); built != "" {
		absolute, err := filepath.Abs(built)
		if err != nil {
			return err
		}
		if err := os.Symlink(absolute, program); err != nil {
			return err
		}
	} else if err := build(program, "./cmd/bcpaas"); err != nil {
		return err
	}
	cluster, noLab = findLab(temporary)
	return nil
}

func build(to, from string) error {
	command := exec.Command("go", "build", "-o", to, from)
	command.Dir = repository
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", from, err, said)
	}
	return nil
}

// TestScripts walks over all scripts. One of them: go test ./test/e2e -run 'TestScripts/.*/.*/crash-loop'.
func TestScripts(t *testing.T) {
	for _, late := range []bool{false, true} {
		t.Run(map[bool]string{false: "together", true: "alone"}[late], func(t *testing.T) {
			for _, group := range groups {
				if group.harm != late {
					continue
				}
				t.Run(group.name, func(t *testing.T) {
					if reason := missing(group.cluster, group.node, group.harm); reason != "" {
						leaveOut(t, "scripts that need "+group.needs, reason)
					}
					if !late {
						t.Parallel()
					}
					testscript.RunT(subject{t, late}, testscript.Params{
						Dir: filepath.Join("scripts", group.name), Cmds: commands(), Setup: setup(group.cluster), RequireUniqueNames: true,
					})
				})
			}
		})
	}
}

// missing says why a group can't run, "" when it can.
func missing(needsCluster, needsNode, harms bool) string {
	switch {
	case needsCluster && cluster == nil:
		return noLab
	case harms && cluster.external:
		return "the cluster is not the lab's: nothing may be stopped"
	case needsNode && cluster.noNode != "":
		return cluster.noNode
	default:
		return ""
	}
}

// leaveOut ends a test that can't run here: loudly, with a line in the file of $BCPAAS_NOT_RUN; where everything is
// required it fails.
func leaveOut(t *testing.T, what, reason string) {
	t.Helper()
	fmt.Fprintf(os.Stderr, "NOT RUN: %s: %s\n", what, reason)
	if path := os.Getenv("BCPAAS_NOT_RUN"); path != "" {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(file, "test/e2e: %s\t%s\n", what, reason)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("BCPAAS_REQUIRE_ALL") == "1" {
		t.Fatalf("%s can't run, and BCPAAS_REQUIRE_ALL=1 requires all: %s", what, reason)
	}
	t.Skip(reason)
}

// subject is a test as testscript sees it; alone lets its scripts run one after another.
type subject struct {
	*testing.T
	alone bool
}

func (s subject) Run(name string, f func(testscript.T)) {
	s.T.Run(name, func(t *testing.T) { f(subject{t, s.alone}) })
}

func (s subject) Parallel() {
	if !s.alone {
		s.T.Parallel()
	}
}

func (s subject) Verbose() bool { return testing.Verbose() }
