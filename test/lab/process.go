//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	termPatience = 10 * time.Second // between SIGTERM and SIGKILL
	killPatience = 5 * time.Second
	logLimit     = 32 << 20 // a log larger than this is set aside when its server starts
)

// command is how a server is run.
type command struct {
	path  string
	args  []string
	env   []string
	files []string // what it reads at its start: a change there is a reason to restart it
	basis string   // anything else whose change is a reason to restart it
}

// digest changes whenever a restart is needed.
func (c command) digest() (string, error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q %q %q %q\n", c.path, c.args, c.env, c.basis)
	for _, file := range c.files {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("reading a server's configuration: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n", file, len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}

// running tells whether the unit's recorded process lives.
func (l *lab) running(unit string) bool {
	p, ok := l.state.process(unit)
	return ok && p.alive()
}

// launch starts a server in a session of its own, so that it outlives the launcher and no Ctrl-C reaches it. The channel
// closes when it ends while the launcher still runs.
func (l *lab) launch(unit string, c command, digest string) (<-chan struct{}, error) {
	log, err := openLog(l.logFile(unit))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(c.path, c.args...)
	cmd.Env = append(baseEnv(), c.env...)
	cmd.Env = append(cmd.Env, markHome+"="+l.dir, markUnit+"="+unit)
	cmd.Dir = l.dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", unit, err)
	}
	ended := make(chan struct{})
	p, err := identify(cmd.Process.Pid)
	p.Digest = digest
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(ended)
	}()
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", unit, err)
	}
	return ended, l.state.change(func(r *record) { r.Processes[unit] = p })
}

// baseEnv is all that a server sees of the caller's environment: a proxy or a GO variable must not change what it does.
func baseEnv() []string {
	env := []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}
	for _, name := range []string{"HOME", "USER", "TMPDIR"} {
		if value, set := os.LookupEnv(name); set {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func openLog(file string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("making the folder for logs: %w", err)
	}
	if info, err := os.Stat(file); err == nil && info.Size() > logLimit {
		if err := os.Rename(file, file+".old"); err != nil {
			return nil, fmt.Errorf("setting a large log aside: %w", err)
		}
	}
	log, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening a log: %w", err)
	}
	return log, nil
}

// lastLines is the end of a unit's log, for an error message.
func (l *lab) lastLines(unit string, count int) string {
	data, err := os.ReadFile(l.logFile(unit))
	if err != nil {
		return ""
	}
	if len(data) > 8192 {
		data = data[len(data)-8192:]
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(lines) > count {
		lines = lines[len(lines)-count:]
	}
	return "  " + strings.Join(lines, "\n  ")
}

// end stops one process: SIGTERM, and SIGKILL when that is not heeded in time. One that is frozen is woken up first.
func end(p process, grace time.Duration) error {
	if !p.alive() {
		return nil
	}
	if grace == 0 {
		grace = termPatience
	}
	for _, step := range []struct {
		signal   syscall.Signal
		patience time.Duration
	}{{syscall.SIGTERM, grace}, {syscall.SIGKILL, killPatience}} {
		if err := syscall.Kill(p.PID, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stopping process %d: %w", p.PID, err)
		}
		_ = syscall.Kill(p.PID, syscall.SIGCONT) // a frozen process hears SIGTERM only when it goes on
		for deadline := time.Now().Add(step.patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if !p.alive() {
				return nil
			}
		}
	}
	return fmt.Errorf("stopping process %d: it survived SIGKILL", p.PID)
}

// signal sends a signal to the named units' processes (pause and resume).
func (l *lab) signal(names []string, sig syscall.Signal, done string) error {
	for _, u := range selectUnits(allComponents(), names) {
		p, ok := l.state.process(u.name)
		if !ok || !p.alive() {
			return fmt.Errorf("signalling %s: it does not run", u.name)
		}
		if err := syscall.Kill(p.PID, sig); err != nil {
			return fmt.Errorf("signalling %s: %w", u.name, err)
		}
		l.say.line("%s %s (pid %d)", done, u.name, p.PID)
	}
	return nil
}

// lockFile takes an exclusive lock, which the kernel drops when the launcher ends, however it ends.
func lockFile(ctx context.Context, file string, waiting func()) (func(), error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for told := false; ; {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			f.Close()
			return nil, err
		}
		if !told {
			waiting()
			told = true
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
