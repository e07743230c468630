//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Every process the lab starts carries these two variables, and what containerd starts inherits them. So the lab's processes
// can be found even when the launcher was killed before it wrote them down.
const (
	markHome = "BCPAAS_LAB_HOME"
	markUnit = "BCPAAS_LAB_UNIT"
)

// procStat is the part of /proc/PID/stat that tells who a process is.
type procStat struct {
	state byte // Z is dead and only waits for its parent
	start uint64
}

// parseStat reads a line of /proc/PID/stat. The program's name in parentheses may itself hold blanks and parentheses.
func parseStat(line string) (procStat, error) {
	end := strings.LastIndexByte(line, ')')
	if end < 0 {
		return procStat{}, fmt.Errorf("reading a process's stat: no name in %q", line)
	}
	fields := strings.Fields(line[end+1:])
	if len(fields) < 20 {
		return procStat{}, fmt.Errorf("reading a process's stat: too short: %q", line)
	}
	start, err := strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		return procStat{}, fmt.Errorf("reading a process's start time: %w", err)
	}
	return procStat{state: fields[0][0], start: start}, nil
}

func statOf(pid int) (procStat, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return procStat{}, fmt.Errorf("reading process %d: %w", pid, err)
	}
	return parseStat(string(data))
}

// bootID tells this boot from others: pids and start times repeat after a reboot.
func bootID() string {
	data, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // empty where it can't be read: then start times must do
	return strings.TrimSpace(string(data))
}

// alive tells whether the very process that was recorded still runs.
func (p process) alive() bool {
	if p.PID <= 0 || p.Boot != bootID() {
		return false
	}
	stat, err := statOf(p.PID)
	if err != nil || stat.start != p.Start || stat.state == 'X' {
		return false
	}
	return stat.state != 'Z' || threads(p.PID) > 1
}

// threads counts a process's threads. The first can be dead while others still hold ports and files open: only when it is
// the last one is the process over.
func threads(pid int) int {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return 0
	}
	return len(entries)
}

func identify(pid int) (process, error) {
	stat, err := statOf(pid)
	if err != nil {
		return process{}, err
	}
	return process{PID: pid, Start: stat.start, Boot: bootID()}, nil
}

// rss is the resident memory of a process in bytes; 0 when it is gone.
func rss(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// shims is what marked calls containerd's shims: they carry containerd's mark, but must survive its restart.
const shims = "containerd-shim"

// marked lists the living processes that carry this lab's mark, by the unit that started them.
func (l *lab) marked() (map[string][]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	found := map[string][]process{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		env, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		if err != nil || lookupEnv(env, markHome) != l.dir {
			continue // gone meanwhile, not ours to read, or not of this lab
		}
		if p, err := identify(pid); err == nil && p.alive() {
			unit := lookupEnv(env, markUnit)
			if comm, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm")); strings.HasPrefix(string(comm), shims) {
				unit = shims
			}
			found[unit] = append(found[unit], p)
		}
	}
	return found, nil
}

// lookupEnv finds one variable in the NUL-separated list of /proc/PID/environ.
func lookupEnv(environ []byte, name string) string {
	for _, pair := range bytes.Split(environ, []byte{0}) {
		if value, found := bytes.CutPrefix(pair, []byte(name+"=")); found {
			return string(value)
		}
	}
	return ""
}

// mountsBelow lists the mount points below a folder, the deepest first.
func mountsBelow(dir string) ([]string, error) {
	data, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("listing mounts: %w", err)
	}
	return parseMounts(string(data), dir), nil
}

// parseMounts picks the mount points below dir out of a mountinfo file; later mounts lie on earlier ones, so they come first.
func parseMounts(mountinfo, dir string) []string {
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	var below []string
	for _, line := range strings.Split(mountinfo, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		if point := unescape.Replace(fields[4]); strings.HasPrefix(point, dir+"/") {
			below = append([]string{point}, below...)
		}
	}
	return below
}
