//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

const kubernetesVersion = "v1.34.4"

// product is a program the lab compiles.
type product struct {
	name    string
	dir     string // where go build runs, below the checkout
	pkg     string
	ldflags string
	about   string // told while it is built
}

func moduleProduct(name, module, pkg, ldflags, about string) product {
	return product{name: name, dir: filepath.Join("test/lab/modules", module), pkg: pkg, ldflags: strings.TrimSpace("-s -w " + ldflags), about: about}
}

// buildFlags are those of every product: no cgo, so that the programs run in images too; no paths of this machine.
func (p product) buildFlags() []string {
	return []string{"-trimpath", "-buildvcs=false", "-ldflags=" + p.ldflags}
}

// cacheKey changes whenever the product would: its module's requirements and sources, the compiler, the flags.
func (p product) cacheKey(root, goVersion string) (string, error) {
	dir := filepath.Join(root, p.dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return "", err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			files = append(files, filepath.Join(dir, name))
		}
	}
	sort.Strings(files)
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s %s %q\n", p.name, p.pkg, goVersion, p.buildFlags())
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading the sources of %s: %w", p.name, err)
		}
		fmt.Fprintf(sum, "%s %d\n", filepath.Base(file), len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}

// built gives the path of a product's program, and whether it is there.
func (l *lab) built(p product) (string, bool, error) {
	goVersion, err := l.goVersion()
	if err != nil {
		return "", false, err
	}
	key, err := p.cacheKey(l.root, goVersion)
	if err != nil {
		return "", false, err
	}
	program := filepath.Join(l.cache, p.name+"-"+key, p.name)
	_, err = os.Stat(program)
	return program, err == nil, nil
}

// askGo asks the compiler that will be used, which may be another than the one this launcher was built with.
func askGo() (string, error) {
	out, err := exec.Command("go", "env", "GOVERSION", "GOOS", "GOARCH").Output()
	if err != nil {
		return "", fmt.Errorf("asking for Go's version: %w", err)
	}
	return strings.Join(strings.Fields(string(out)), " "), nil
}

// build makes a product unless it is in the cache. Two launchers that want the same build it once.
func (l *lab) build(ctx context.Context, p product) (string, error) {
	program, there, err := l.built(p)
	if err != nil || there {
		return program, err
	}
	unlock, err := lockFile(ctx, filepath.Dir(program)+".lock", func() { l.say.line("waiting: another launcher builds %s", p.name) })
	if err != nil {
		return "", fmt.Errorf("building %s: %w", p.name, err)
	}
	defer unlock()
	if _, there, _ = l.built(p); there {
		return program, nil
	}
	dir := filepath.Dir(program)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("building %s: %w", p.name, err)
	}
	tmp := filepath.Join(dir, fmt.Sprintf(".%s-%d", p.name, os.Getpid()))
	defer os.Remove(tmp)
	start := time.Now()
	stop := l.heartbeat(fmt.Sprintf("building %s (%s)", p.name, p.about))
	defer stop()
	args := append(append([]string{"build"}, p.buildFlags()...), "-o", tmp, p.pkg)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = filepath.Join(l.root, p.dir)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return "", fmt.Errorf("building %s: %w\n%s", p.name, err, said.String())
	}
	if err := os.Rename(tmp, program); err != nil {
		return "", fmt.Errorf("building %s: %w", p.name, err)
	}
	l.say.line("built %s in %s", p.name, strings.TrimSpace(elapsed(time.Since(start))))
	return program, nil
}

// heartbeat says what is going on, now and every 15 seconds, until it is stopped.
func (l *lab) heartbeat(what string) func() {
	l.say.line("%s", what)
	done := make(chan struct{})
	go func() {
		ticker := time.NewTicker(15 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				l.say.line("still %s", what)
			}
		}
	}()
	return func() { close(done) }
}

// tail keeps the last part of what is written to it.
type tail struct{ data []byte }

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if over := len(t.data) - 4096; over > 0 {
		t.data = t.data[over:]
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.data) }
