//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cleanNode removes what a node leaves in the kernel once its servers are gone: containers, their shims, mounts, network
// devices, packet filter rules, control groups. Each step stands alone, so that it serves after any kind of crash.
func cleanNode(ctx context.Context, l *lab) error {
	if l.state.stamp(nodeStamp) == "" {
		return nil // this lab had no node: what is there is somebody else's
	}
	if err := errors.Join(
		killContainers(), l.endShims(), l.unmountAll(ctx), l.removeNetwork(ctx), removeControlGroups(), l.removeTraces(), l.restoreSysctls(),
	); err != nil {
		return err
	}
	return l.state.change(func(r *record) { delete(r.Stamps, nodeStamp) })
}

// nodeStamp is set as long as there may be something of this lab's node to clean up.
const nodeStamp = "node"

// claimNode sees to it that this machine has no other node, and notes that it has this lab's.
func (l *lab) claimNode() error {
	if other := l.otherNode(); other != "" {
		return fmt.Errorf("%s has its node on this machine, and there can be one: stop that one first", other)
	}
	if l.state.stamp(nodeStamp) != "" {
		return nil
	}
	return l.state.change(func(r *record) { r.Stamps[nodeStamp] = "claimed" })
}

// otherNode names another lab or another Kubernetes whose node runs on this machine: the pods' control groups, network and
// packet filter rules are one per machine, and stopping the lab removes them.
func (l *lab) otherNode() string {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, file := range names {
		comm, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		switch name := strings.TrimSpace(string(comm)); name {
		case "kubelet", "k3s", "k3s-server", "k3s-agent", "kube-proxy":
			env, err := os.ReadFile(filepath.Join(filepath.Dir(file), "environ"))
			if err != nil || len(env) == 0 {
				continue // it has just ended
			}
			if home := lookupEnv(env, markHome); home == "" {
				return name + " (process " + filepath.Base(filepath.Dir(file)) + ")"
			} else if home != l.dir {
				return "another lab (" + home + ")"
			}
		}
	}
	return ""
}

// controlGroups are the pods' control groups, in each hierarchy (one in cgroup v2), the deepest first.
func controlGroups() []string {
	roots, _ := filepath.Glob("/sys/fs/cgroup/*/kubepods")
	roots = append(roots, "/sys/fs/cgroup/kubepods")
	var groups []string
	seen := map[string]bool{}
	for _, root := range roots {
		// cpu and cpuacct may be links to one hierarchy.
		if real, err := filepath.EvalSymlinks(root); err != nil || seen[real] {
			continue
		} else {
			seen[real] = true
		}
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				groups = append([]string{path}, groups...)
			}
			return nil // what vanishes meanwhile is no loss
		})
	}
	return groups
}

func killContainers() error {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		left := 0
		for _, group := range controlGroups() {
			data, err := os.ReadFile(filepath.Join(group, "cgroup.procs"))
			if err != nil {
				continue
			}
			for _, field := range strings.Fields(string(data)) {
				if pid, err := strconv.Atoi(field); err == nil && pid > 1 {
					left++
					_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is what is wanted
				}
			}
		}
		if left == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("ending the pods' processes: %d survived SIGKILL", left)
		}
	}
}

func (l *lab) endShims() error {
	marked, err := l.marked()
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range marked[shims] {
		_ = syscall.Kill(p.PID, syscall.SIGKILL) // a shim has nothing to save: its container is gone
		errs = append(errs, end(p, 0))
	}
	return errors.Join(errs...)
}

// unmountAll detaches everything below the lab's folder: volumes of pods, containers' file systems, network namespaces.
func (l *lab) unmountAll(ctx context.Context) error {
	for range 5 { // a mount can hide another
		points, err := mountsBelow(l.dir)
		if err != nil || len(points) == 0 {
			return err
		}
		for _, point := range points {
			if err := quiet(ctx, "umount", "--lazy", point); err != nil {
				l.say.line("note: %v", err)
			}
		}
	}
	points, err := mountsBelow(l.dir)
	if err == nil && len(points) > 0 {
		err = fmt.Errorf("unmounting: still mounted: %s", strings.Join(points, " "))
	}
	return err
}

// removeNetwork deletes the pods' bridge, what hangs on it, and the rules of kube-proxy, kubelet and CNI.
func (l *lab) removeNetwork(ctx context.Context) error {
	if out, err := exec.CommandContext(ctx, "ip", "-o", "link", "show", "master", bridge).Output(); err == nil {
		for _, line := range strings.Split(string(out), "\n") {
			if fields := strings.Fields(line); len(fields) > 1 {
				name, _, _ := strings.Cut(strings.TrimSuffix(fields[1], ":"), "@")
				_ = exec.CommandContext(ctx, "ip", "link", "delete", name).Run() // the kernel may have removed it already
			}
		}
	}
	if exec.CommandContext(ctx, "ip", "link", "show", bridge).Run() == nil {
		if err := quiet(ctx, "ip", "link", "delete", bridge); err != nil {
			return fmt.Errorf("deleting the pods' bridge: %w", err)
		}
	}
	if err := os.RemoveAll(l.path("cni", "networks")); err != nil {
		return fmt.Errorf("forgetting the pods' addresses: %w", err)
	}
	return l.removeRules(ctx)
}

func removeControlGroups() error {
	var errs []error
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		errs = nil
		for _, group := range controlGroups() {
			if err := syscall.Rmdir(group); err != nil && !errors.Is(err, syscall.ENOENT) {
				errs = append(errs, fmt.Errorf("removing control group %s: %w", group, err))
			}
		}
		if len(errs) == 0 || time.Now().After(deadline) { // the kernel needs a moment after a process's death
			return errors.Join(errs...)
		}
	}
}

// removeTraces deletes what containerd, CNI and the kubelet write outside of the lab's folder, at places they don't let choose,
// and the state of containers that are gone.
func (l *lab) removeTraces() error {
	var stale []string
	results, _ := filepath.Glob("/var/lib/cni/results/*")
	for _, file := range results {
		if data, err := os.ReadFile(file); err == nil && bytes.Contains(data, []byte(l.dir+"/")) {
			stale = append(stale, file)
		}
	}
	sockets, _ := filepath.Glob("/run/containerd/s/*")
	for _, socket := range sockets { // their names are hashes; one that nobody listens on is of no use to anybody
		if c, err := net.Dial("unix", socket); errors.Is(err, syscall.ECONNREFUSED) {
			stale = append(stale, socket)
		} else if err == nil {
			c.Close()
		}
	}
	links, _ := filepath.Glob("/var/log/containers/*.log")
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, l.dir+"/") {
			stale = append(stale, link)
		}
	}
	stale = append(stale, "/var/lib/kubelet/device-plugins/kubelet.sock", "/var/lib/kubelet/device-plugins/kubelet_internal_checkpoint")
	for _, file := range stale {
		_ = os.Remove(file) // a trace that stays does no harm
	}
	for _, dir := range []string{"/var/lib/kubelet/device-plugins", "/var/lib/kubelet", "/var/log/containers", "/var/lib/cni/results", "/var/lib/cni", "/run/containerd/s", "/run/containerd"} {
		_ = syscall.Rmdir(dir) // only when empty
	}
	if under, err := mountsBelow(l.dir); err != nil || len(under) > 0 {
		return err // never delete through a mount; unmountAll has reported it
	}
	gone := []string{l.path("kubelet", "pods"), l.path("containerd", "state"), l.path("pods")}
	if dir := filepath.Dir(l.containerdSocket()); strings.HasPrefix(dir, "/run/bcpaas-lab-") {
		gone = append(gone, dir)
	}
	for _, dir := range gone {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("deleting the state of pods that are gone: %w", err)
		}
	}
	return nil
}

// multiarch is the folder in which Debian keeps libraries of this architecture.
func multiarch() string {
	if runtime.GOARCH == "arm64" {
		return "aarch64-linux-gnu"
	}
	return "x86_64-linux-gnu"
}
