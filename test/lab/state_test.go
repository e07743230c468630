//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStateSurvives(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sub", "state.json")
	s, err := loadState(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.change(func(r *record) {
		r.Ports["etcd"] = 20001
		r.Processes["etcd"] = process{PID: 7, Start: 9, Boot: "b", Digest: "d"}
	}); err != nil {
		t.Fatal(err)
	}
	again, err := loadState(file)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := again.process("etcd"); !ok || p.PID != 7 || p.Start != 9 || again.port("etcd") != 20001 {
		t.Errorf("read back: %+v %v", p, again.Ports)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the state: %v %v", info.Mode(), err)
	}
}

func TestBrokenStateIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadState(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v does not name the file", err)
	}
}

func TestParseStat(t *testing.T) {
	line := "42 (a) b (c) S 1 42 42 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0 98765 1000 10 18446744073709551615"
	stat, err := parseStat(line)
	if err != nil || stat.state != 'S' || stat.start != 98765 {
		t.Errorf("parseStat = %+v, %v", stat, err)
	}
	for _, bad := range []string{"", "42 nothing", "42 (x) S 1"} {
		if _, err := parseStat(bad); err == nil {
			t.Errorf("parseStat(%q) succeeds", bad)
		}
	}
}

// A recorded pid that belongs to another process by now must never be signalled.
func TestRecycledPidIsLeftAlone(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	go func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Kill() }()
	p, err := identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	other := p
	other.Start--
	if other.alive() {
		t.Error("a process with another start time counts as the recorded one")
	}
	if err := end(other, 0); err != nil {
		t.Error(err)
	}
	other = p
	other.Boot = "another boot"
	if other.alive() || !p.alive() {
		t.Error("the boot is not looked at, or the process was stopped")
	}
	if err := end(p, 0); err != nil || p.alive() {
		t.Errorf("ending the right one: %v, alive %v", err, p.alive())
	}
}

func TestEndKillsWhatDoesNotHeedAndWhatIsFrozen(t *testing.T) {
	cmd := exec.Command("sh", "-c", `trap "" TERM; echo set; while :; do sleep 1; done`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	if _, err := out.Read(make([]byte, 4)); err != nil { // the trap is set
		t.Fatal(err)
	}
	go func() { _ = cmd.Wait() }()
	p, err := identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(p.PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := end(p, 200*time.Millisecond); err != nil || p.alive() {
		t.Errorf("end: %v, alive %v", err, p.alive())
	}
}

func TestLockWaitsAndGivesUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	unlock, err := lockFile(t.Context(), file, func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	told := false
	if _, err := lockFile(ctx, file, func() { told = true }); !errors.Is(err, context.DeadlineExceeded) || !told {
		t.Errorf("second lock: %v, told %v", err, told)
	}
	unlock()
	if unlock, err = lockFile(t.Context(), file, func() {}); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestLookupEnv(t *testing.T) {
	env := []byte("A=1\x00BCPAAS_LAB_HOME=/x y\x00B=")
	if got := lookupEnv(env, markHome); got != "/x y" {
		t.Errorf("lookupEnv = %q", got)
	}
	if got := lookupEnv(env, "LAB_HOME"); got != "" {
		t.Errorf("the end of a name matches: %q", got)
	}
}

func TestParseMounts(t *testing.T) {
	info := "1 0 8:1 / / rw - ext4 a rw\n" +
		"2 1 0:1 / /r/.lab/a rw - tmpfs t rw\n" +
		"3 2 0:2 / /r/.lab/a/b\\040c rw - tmpfs t rw\n" +
		"4 1 0:3 / /r/.laboratory rw - tmpfs t rw\n"
	got := parseMounts(info, "/r/.lab")
	if len(got) != 2 || got[0] != "/r/.lab/a/b c" || got[1] != "/r/.lab/a" {
		t.Errorf("parseMounts = %q", got)
	}
}
