package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

type command = func(ts *testscript.TestScript, neg bool, args []string)

// commands are what scripts have beside testscript's own. README.md lists them.
func commands() map[string]command {
	return map[string]command{
		"bcpaas":     plain("bcpaas"),
		"kubectl":    plain("kubectl"),
		"exit":       exit,
		"within":     within,
		"eventually": eventually,
		"start":      start,
		"sees":       sees,
		"signal":     signal,
		"finish":     finish,
		"lab":        control,
		"newproject": newProject,
		"tag":        tag,
		"json":       assertJSON,
		"same":       same,
		"pty":        ptyCommand,
		"blackhole":  blackhole,
		"untouched":  untouched,
	}
}

type stateKey struct{}

// state is what a script keeps between its commands.
type state struct {
	jobs   map[string]*job
	silent *silentServer
}

func stateOf(ts *testscript.TestScript) *state { return ts.Value(stateKey{}).(*state) }

func kubectlOf(ts *testscript.TestScript) []string {
	return []string{cluster.kubectl, "--kubeconfig", cluster.kubeconfig, "-n", ts.Getenv("PROJECT")}
}

// plain runs a program that must succeed (or, with !, fail).
func plain(program string) command {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		full := resolve(ts, append([]string{program}, args...))
		err := ts.Exec(full[0], full[1:]...)
		if (err != nil) != neg {
			ts.Fatalf("%s ended with %s", strings.Join(args, " "), ended(err))
		}
	}
}

func ended(err error) string {
	if err == nil {
		return "exit code 0"
	}
	return err.Error()
}

// resolve lets a command line begin with kubectl or bcpaas.
func resolve(ts *testscript.TestScript, args []string) []string {
	switch args[0] {
	case "kubectl":
		return append(kubectlOf(ts), args[1:]...)
	case "bcpaas":
		return append([]string{filepath.Join(programs, "bcpaas")}, args[1:]...)
	default:
		return args
	}
}

// exit CODE PROGRAM ARG...
func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM [ARG...]")
	}
	words := resolve(ts, args[1:])
	if code := codeOf(ts.Exec(words[0], words[1:]...)); strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// codeOf is the exit code, or -1 for a program that did not run to its end.
func codeOf(err error) int {
	var exited *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exited):
		return exited.ExitCode()
	default:
		return -1
	}
}

// within DURATION COMMAND... fails when another command takes longer.
func within(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: within DURATION COMMAND...")
	}
	limit, err := time.ParseDuration(args[0])
	ts.Check(err)
	run := commands()[args[1]]
	if run == nil {
		ts.Fatalf("within: %s is not a command of this harness", args[1])
	}
	began := time.Now()
	run(ts, neg, args[2:])
	if took := time.Since(began); took > limit {
		ts.Fatalf("it took %s, more than %s", took.Round(time.Millisecond), limit)
	}
}

const (
	patience  = 60 * time.Second
	pollEvery = 250 * time.Millisecond
)

// eventually REGEXP PROGRAM ARG... runs a program until it succeeds and its output matches.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually REGEXP PROGRAM [ARG...]")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	words := resolve(ts, args[1:])
	for deadline := time.Now().Add(patience); ; time.Sleep(pollEvery) {
		program := exec.Command(words[0], words[1:]...)
		program.Env, program.Dir = environment(ts), ts.MkAbs(".")
		var out, said bytes.Buffer
		program.Stdout, program.Stderr = &out, &said
		err := program.Run()
		if err == nil && pattern.MatchString(out.String()) || time.Now().After(deadline) {
			_, _ = ts.Stdout().Write(out.Bytes())
			_, _ = ts.Stderr().Write(said.Bytes())
			if time.Now().After(deadline) {
				ts.Fatalf("%q was not seen within %s; it ended with %s and said\n%s%s", args[0], patience, ended(err), &out, &said)
			}
			return
		}
	}
}

// environment is that of the script, for programs that testscript does not start. It knows the variables that scripts
// set, by name.
func environment(ts *testscript.TestScript) []string {
	var out []string
	for _, name := range []string{
		"PATH", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR", "KUBECONFIG", "TERM", "LANG", "NO_COLOR", "COLUMNS", "GOCOVERDIR",
		"BCPAAS_PROJECT", "BCPAAS_ASCII", "BCPAAS_OUTPUT", "BCPAAS_TIMEOUT", "BCPAAS_COLOR",
	} {
		if value := ts.Getenv(name); value != "" {
			out = append(out, name+"="+value)
		}
	}
	return out
}

// job is a program in the background.
type job struct {
	program  *exec.Cmd
	out, err output
	done     chan struct{}
	ended    error
}

// output is a buffer that can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start NAME PROGRAM ARG... starts a program in the background.
func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME PROGRAM [ARG...]")
	}
	words := resolve(ts, args[1:])
	j := &job{program: exec.Command(words[0], words[1:]...), done: make(chan struct{})}
	j.program.Env, j.program.Dir = environment(ts), ts.MkAbs(".")
	j.program.Stdout, j.program.Stderr = &j.out, &j.err
	ts.Check(j.program.Start())
	stateOf(ts).jobs[args[0]] = j
	go func() {
		j.ended = j.program.Wait()
		close(j.done)
	}()
	ts.Defer(func() {
		_ = j.program.Process.Kill()
		<-j.done
	})
}

func jobOf(ts *testscript.TestScript, name string) *job {
	j := stateOf(ts).jobs[name]
	if j == nil {
		ts.Fatalf("no program %s was started", name)
	}
	return j
}

// sees NAME REGEXP waits until a program in the background has printed something.
func sees(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sees NAME REGEXP")
	}
	j, pattern := jobOf(ts, args[0]), regexp.MustCompile("(?m)"+args[1])
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		over := time.Now().After(deadline)
		select {
		case <-j.done:
			over = true
		default:
		}
		if text := j.out.String() + j.err.String(); pattern.MatchString(text) {
			return
		} else if over {
			ts.Fatalf("%s does not print %q; it printed\n%s", args[0], args[1], text)
		}
	}
}

// signal NAME INT|TERM|KILL sends a signal to a program in the background.
func signal(ts *testscript.TestScript, neg bool, args []string) {
	numbers := map[string]syscall.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}
	if neg || len(args) != 2 || numbers[args[1]] == 0 {
		ts.Fatalf("usage: signal NAME INT|TERM|KILL")
	}
	ts.Check(jobOf(ts, args[0]).program.Process.Signal(numbers[args[1]]))
}

// finish NAME CODE waits for a program in the background; what it printed is stdout and stderr then.
func finish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: finish NAME CODE")
	}
	j := jobOf(ts, args[0])
	select {
	case <-j.done:
	case <-time.After(2 * patience):
		ts.Fatalf("%s does not end; it printed\n%s%s", args[0], &j.out, &j.err)
	}
	fmt.Fprint(ts.Stdout(), j.out.String())
	fmt.Fprint(ts.Stderr(), j.err.String())
	if code := codeOf(j.ended); strconv.Itoa(code) != args[1] {
		ts.Fatalf("exit code %d, want %s; it printed\n%s%s", code, args[1], &j.out, &j.err)
	}
}

// control is lab down|up COMPONENT. What is down at the end of the script is brought up again. After the API server the
// controllers are started anew: those that run back off for a minute and more, which is not what is to be shown.
func control(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || (args[0] != "up" && args[0] != "down") {
		ts.Fatalf("usage: lab up|down COMPONENT")
	}
	names := args[1:]
	if args[1] == "apiserver" {
		names = append(names, "controller-manager", "scheduler", "kubelet")
	}
	if args[0] == "down" {
		ts.Defer(func() {
			if err := cluster.control("up", names...); err != nil {
				fmt.Fprintln(os.Stderr, "e2e:", err)
			}
		})
	}
	ts.Check(cluster.control(args[0], names...))
}

// newProject VARIABLE [unmade] makes another project, or only finds a name for one that the script makes.
func newProject(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 || (len(args) == 2 && args[1] != "unmade") {
		ts.Fatalf("usage: newproject VARIABLE [unmade]")
	}
	name := randomName()
	if len(args) == 1 {
		ts.Check(cluster.makeProject(name))
	}
	ts.Defer(func() { cluster.dropProject(name) })
	ts.Setenv(args[0], name)
}

// tag FROM TO gives an image of the lab's registry another name there, one that no node has pulled yet.
func tag(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tag NAME:TAG NAME:TAG")
	}
	address := func(image string) string {
		name, version, _ := strings.Cut(image, ":")
		return "http://" + cluster.registry + "/v2/" + name + "/manifests/" + version
	}
	ask := func(method, url, mediaType string, body []byte) *http.Response {
		request, err := http.NewRequest(method, url, bytes.NewReader(body))
		ts.Check(err)
		for _, accepted := range []string{
			"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
			"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
		} {
			request.Header.Add("Accept", accepted)
		}
		request.Header.Set("Content-Type", mediaType)
		answer, err := http.DefaultClient.Do(request)
		ts.Check(err)
		if answer.StatusCode >= 300 {
			ts.Fatalf("%s %s: %s", method, url, answer.Status)
		}
		return answer
	}
	answer := ask(http.MethodGet, address(args[0]), "", nil)
	defer answer.Body.Close()
	manifest, err := io.ReadAll(answer.Body)
	ts.Check(err)
	_ = ask(http.MethodPut, address(args[1]), answer.Header.Get("Content-Type"), manifest).Body.Close()
}
