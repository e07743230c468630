//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const modulePath = "github.com/bcpaas/bcpaas"

// lab is one laboratory: where it lives, and what it knows of itself.
type lab struct {
	root     string // the checkout
	dir      string // its data, .lab
	cache    string // built programs, shared by all checkouts
	external string // the kubeconfig of somebody else's cluster, when BCPAAS_LAB=external
	stdout   io.Writer
	say      *speaker
	state    *store
	here     machine
	getenv   func(string) string
	// goVersion is part of every cache key; the compiler is asked once.
	goVersion func() (string, error)
}

// open finds the checkout and reads the lab's state; it changes nothing.
func open(stdout, stderr io.Writer, getenv func(string) string) (*lab, error) {
	l := &lab{stdout: stdout, say: newSpeaker(stderr), getenv: getenv, goVersion: sync.OnceValues(askGo)}
	if mode := getenv("BCPAAS_LAB"); mode == "external" {
		if l.external = getenv("KUBECONFIG"); l.external == "" {
			return nil, errors.New("BCPAAS_LAB=external needs KUBECONFIG to name the cluster to use")
		}
	} else if mode != "" {
		return nil, usageError{fmt.Sprintf("BCPAAS_LAB=%q: the one value it takes is external", mode)}
	}
	wd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("finding the working folder: %w", err)
	}
	if l.root, err = findRoot(wd); err != nil {
		return nil, err
	}
	if l.dir = getenv("BCPAAS_LAB_DIR"); l.dir == "" {
		l.dir = filepath.Join(l.root, ".lab")
	}
	if l.dir, err = filepath.Abs(l.dir); err != nil {
		return nil, fmt.Errorf("finding the lab's folder: %w", err)
	}
	if l.cache, err = cacheFolder(getenv); err != nil {
		return nil, err
	}
	l.here = lookAround()
	l.state, err = loadState(l.path("state.json"))
	return l, err
}

// path joins below the lab's folder.
func (l *lab) path(elem ...string) string { return filepath.Join(append([]string{l.dir}, elem...)...) }

// findRoot walks up to the go.mod of bcpaas.
func findRoot(from string) (string, error) {
	for dir := from; ; dir = filepath.Dir(dir) {
		if declaresModule(filepath.Join(dir, "go.mod")) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("finding the checkout above %s: no go.mod of %s", from, modulePath)
		}
	}
}

func declaresModule(gomod string) bool {
	f, err := os.Open(gomod)
	if err != nil {
		return false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, found := strings.CutPrefix(strings.TrimSpace(lines.Text()), "module "); found {
			return strings.TrimSpace(name) == modulePath
		}
	}
	return false
}

// cacheFolder is where built programs live: BCPAAS_LAB_CACHE, else below the user's cache folder.
func cacheFolder(getenv func(string) string) (string, error) {
	if dir := getenv("BCPAAS_LAB_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	if dir := getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "bcpaas-lab"), nil
	}
	home := getenv("HOME")
	if home == "" {
		return "", errors.New("finding a cache folder: neither BCPAAS_LAB_CACHE, XDG_CACHE_HOME nor HOME is set")
	}
	return filepath.Join(home, ".cache", "bcpaas-lab"), nil
}

// exclusively lets one launcher at a time change this lab.
func (l *lab) exclusively(ctx context.Context, do func() error) error {
	if err := os.MkdirAll(l.dir, 0o755); err != nil {
		return fmt.Errorf("making the lab's folder: %w", err)
	}
	if err := writeFile(l.path(".gitignore"), []byte("*\n"), 0o644); err != nil { // wherever the folder is, it is nobody's source
		return err
	}
	unlock, err := lockFile(ctx, l.path("lock"), func() { l.say.line("waiting for another launcher that works on %s", l.dir) })
	if err != nil {
		return fmt.Errorf("locking %s: %w", l.dir, err)
	}
	defer unlock()
	if l.state, err = loadState(l.path("state.json")); err != nil {
		return err
	}
	return do()
}

// reset stops everything and deletes the lab's data.
func (l *lab) reset(ctx context.Context) error {
	if err := l.down(ctx, nil); err != nil {
		return err
	}
	if under, err := mountsBelow(l.dir); err != nil || len(under) > 0 {
		return fmt.Errorf("deleting %s: still mounted there: %v (%w)", l.dir, under, err)
	}
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return fmt.Errorf("deleting %s: %w", l.dir, err)
	}
	for _, entry := range entries {
		if entry.Name() == "lock" { // held by this very launcher
			continue
		}
		if err := os.RemoveAll(l.path(entry.Name())); err != nil {
			return fmt.Errorf("deleting %s: %w", l.dir, err)
		}
	}
	l.say.line("deleted the data in %s", l.dir)
	return nil
}

// logs prints the log of one process, and what is added to it when follow is set.
func (l *lab) logs(ctx context.Context, name string, follow bool) error {
	units := selectUnits(allComponents(), []string{name})
	if len(units) > 1 {
		return usageError{fmt.Sprintf("%s is several processes: name one of %s", name, strings.Join(unitNames(units), " "))}
	}
	f, err := os.Open(l.logFile(units[0].name))
	if err != nil {
		return fmt.Errorf("reading the log of %s: %w", name, err)
	}
	defer f.Close()
	for {
		if _, err := io.Copy(l.stdout, f); err != nil {
			return fmt.Errorf("reading the log of %s: %w", name, err)
		}
		if !follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (l *lab) logFile(unit string) string { return l.path("log", unit+".log") }
