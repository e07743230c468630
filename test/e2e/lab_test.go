package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// lab is the cluster that scripts run against.
type lab struct {
	external   bool
	kubectl    string
	kubeconfig string
	registry   string
	private    string
	launcher   string // built when the first script stops a server
	noNode     string // why no real pod can run, "" when they can
}

// findLab asks the environment, then the launcher.
func findLab(temporary string) (*lab, string) {
	get := os.Getenv
	if get("KUBECONFIG") == "" || (get("BCPAAS_LAB") != "external" && get("BCPAAS_LAB_KUBECTL") == "") {
		told, err := labEnv()
		if err != nil {
			return nil, err.Error()
		}
		get = func(name string) string { return told[name] }
	}
	l := &lab{
		external: get("BCPAAS_LAB") == "external", kubectl: get("BCPAAS_LAB_KUBECTL"), kubeconfig: get("KUBECONFIG"),
		registry: get("BCPAAS_LAB_REGISTRY"), private: get("BCPAAS_LAB_REGISTRY_PRIVATE"), launcher: filepath.Join(temporary, "lab"),
	}
	if l.kubectl == "" {
		l.kubectl = "kubectl"
	}
	if out, err := l.ask("get", "--raw", "/readyz", "--request-timeout=5s"); err != nil {
		return nil, "no cluster answers (go run ./test/lab up): " + lastLine(out)
	}
	missing := " " + get("BCPAAS_LAB_MISSING") + " "
	switch {
	case l.registry == "" || l.private == "":
		l.noNode = "the lab's registries are not there"
	case strings.Contains(missing, " node "):
		l.noNode = "the lab has only a control plane here (go run ./test/lab status says why)"
	}
	l.sweep()
	return l, ""
}

// labEnv reads what `test/lab env` prints.
func labEnv() (map[string]string, error) {
	command := exec.Command("go", "run", "./test/lab", "env", "-o", "json")
	command.Dir = repository
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("no lab is up (go run ./test/lab up): %s", lastLine(said.String()))
	}
	told := map[string]string{}
	if err := json.Unmarshal(out, &told); err != nil {
		return nil, fmt.Errorf("reading what test/lab env says: %w", err)
	}
	return told, nil
}

// lastLine is what a program said last; go run adds a line of its own.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if n := len(lines); n > 1 && strings.HasPrefix(lines[n-1], "exit status ") {
		lines = lines[:n-1]
	}
	return lines[len(lines)-1]
}

// ask runs kubectl.
func (l *lab) ask(args ...string) (string, error) {
	command := exec.Command(l.kubectl, append([]string{"--kubeconfig", l.kubeconfig}, args...)...)
	out, err := command.CombinedOutput()
	return string(out), err
}

const projectLabel = "bcpaas-e2e"

// randomName is the name of a project for one script.
func randomName() string { return "e2e-" + strings.ToLower(rand.Text()[:8]) }

func (l *lab) makeProject(name string) error {
	manifest := fmt.Sprintf(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":%q,"labels":{%q:"true"}}}`, name, projectLabel)
	command := exec.Command(l.kubectl, "--kubeconfig", l.kubeconfig, "create", "-f", "-")
	command.Stdin = strings.NewReader(manifest)
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("making the project %s: %s", name, said)
	}
	return nil
}

// dropProject deletes a project, and the role of all projects that its script may have made under the same name.
func (l *lab) dropProject(name string) {
	said, err := l.ask("delete", "--wait=false", "--ignore-not-found", "namespace/"+name, "clusterrole/"+name, "clusterrolebinding/"+name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "e2e: the project %s stays: %s\n", name, said)
	}
}

// abandoned is the age from which a project is believed to be that of a run that was killed.
const abandoned = time.Hour

// sweep deletes what a killed run left behind.
func (l *lab) sweep() {
	out, err := l.ask("get", "namespaces", "-l", projectLabel+"=true",
		"-o", `jsonpath={range .items[*]}{.metadata.name} {.metadata.creationTimestamp}{"\n"}{end}`)
	if err != nil {
		return
	}
	for line := range strings.Lines(out) {
		name, created, _ := strings.Cut(strings.TrimSpace(line), " ")
		if at, err := time.Parse(time.RFC3339, created); err == nil && time.Since(at) > abandoned {
			l.dropProject(name)
		}
	}
}

// control stops or starts servers of the lab.
func (l *lab) control(verb string, names ...string) error {
	if _, err := os.Stat(l.launcher); errors.Is(err, fs.ErrNotExist) {
		if err := build(l.launcher, "./test/lab"); err != nil {
			return err
		}
	}
	command := exec.Command(l.launcher, append([]string{verb}, names...)...)
	command.Dir = repository
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("lab %s %s: %w\n%s", verb, strings.Join(names, " "), err, said)
	}
	return nil
}

// setup gives a script a home folder of its own and, where it needs a cluster, a project.
func setup(needsCluster bool) func(*testscript.Env) error {
	return func(env *testscript.Env) error {
		home := filepath.Join(env.WorkDir, ".home")
		env.Setenv("PATH", programs+string(os.PathListSeparator)+env.Getenv("PATH"))
		for name, value := range map[string]string{
			"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, "config"), "XDG_CACHE_HOME": filepath.Join(home, "cache"),
			"KUBECONFIG": filepath.Join(env.WorkDir, "no-kubeconfig"), "TERM": "xterm-256color", "LANG": "C.UTF-8",
		} {
			env.Setenv(name, value)
		}
		if err := os.MkdirAll(home, 0o755); err != nil {
			return err
		}
		env.Values[stateKey{}] = &state{jobs: map[string]*job{}}
		if !needsCluster {
			return nil
		}
		project := randomName()
		if err := cluster.makeProject(project); err != nil {
			return err
		}
		env.Defer(func() { cluster.dropProject(project) })
		words := map[string]string{
			"PROJECT": project, "REG": cluster.registry, "PRIVATE": cluster.private,
			"DEMO": cluster.registry + "/demo:1", "DEMO2": cluster.registry + "/demo:2", "BUSYBOX": cluster.registry + "/busybox:1",
		}
		for name, value := range words {
			env.Setenv(name, value)
		}
		env.Setenv("KUBECTL", cluster.kubectl)
		env.Setenv("KUBECONFIG", cluster.kubeconfig)
		env.Setenv("BCPAAS_PROJECT", project)
		return fill(env.WorkDir, words)
	}
}

// fill replaces $PROJECT, $DEMO and so on in the script's YAML files.
func fill(folder string, words map[string]string) error {
	replacer := strings.NewReplacer(
		"$PROJECT", words["PROJECT"], "$PRIVATE", words["PRIVATE"], "$REG", words["REG"],
		"$DEMO2", words["DEMO2"], "$DEMO", words["DEMO"], "$BUSYBOX", words["BUSYBOX"],
	)
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(replacer.Replace(string(data))), 0o644)
	})
}
