//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// machine is what can be had here: it decides which components are available.
type machine struct {
	linux        bool
	root         bool
	apt          bool   // Debian programs can be fetched and unpacked
	distribution string // e.g. "debian 12 amd64": part of the cache's keys
	address      string // the machine's own address, not loopback
	noContainers string // why containers can't be run, empty when they can
	missing      []string
}

func lookAround() machine {
	m := machine{linux: runtime.GOOS == "linux", root: os.Geteuid() == 0, distribution: distribution(), address: ownAddress()}
	_, errApt := exec.LookPath("apt-get")
	_, errDpkg := exec.LookPath("dpkg")
	m.apt = errApt == nil && errDpkg == nil
	for _, program := range []string{"ip", "mount", "umount"} {
		if _, err := exec.LookPath(program); err != nil {
			m.missing = append(m.missing, program)
		}
	}
	if m.linux && m.root {
		m.noContainers = containersRefused()
	}
	return m
}

// containersRefused tries what a container runtime can't do without; only root may, so only root is asked to.
func containersRefused() string {
	if out, err := exec.Command("unshare", "--mount", "--net", "true").CombinedOutput(); err != nil {
		return "making mount and network namespaces is refused (" + strings.TrimSpace(string(out)) + "); in a container, run it privileged"
	}
	group := "/sys/fs/cgroup/memory" // cgroup v1
	if _, err := os.Stat(group); err != nil {
		group = "/sys/fs/cgroup"
	}
	probe := filepath.Join(group, fmt.Sprintf("bcpaas-lab-probe-%d", os.Getpid()))
	if err := os.Mkdir(probe, 0o755); err != nil {
		return "making a control group is refused (" + err.Error() + "); in a container, run it privileged with a writable /sys/fs/cgroup"
	}
	_ = os.Remove(probe) // an empty control group that stays does no harm
	known, err := os.ReadFile("/proc/filesystems")
	if err == nil && !strings.Contains(string(known), "overlay") {
		if exec.Command("modprobe", "overlay").Run() != nil {
			return "the kernel has no overlay file system (modprobe overlay)"
		}
	}
	return ""
}

// distribution names the system the Debian packages are chosen for.
func distribution() string {
	f, err := os.Open("/etc/os-release")
	if err != nil {
		return runtime.GOOS + " " + runtime.GOARCH
	}
	defer f.Close()
	var id, version string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch value = strings.Trim(value, `"`); key {
		case "ID":
			id = value
		case "VERSION_ID":
			version = value
		}
	}
	return id + " " + version + " " + runtime.GOARCH
}

// ownAddress is the address the node has: the one outgoing connections use, else any that is not loopback.
func ownAddress() string {
	// "Connecting" a UDP socket sends nothing; it only asks the routing table. The address is one reserved for documentation.
	if c, err := net.Dial("udp4", "203.0.113.1:9"); err == nil {
		defer c.Close()
		if a, ok := c.LocalAddr().(*net.UDPAddr); ok && a.IP.IsGlobalUnicast() {
			return a.IP.String()
		}
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, address := range addresses {
		if n, ok := address.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
			return n.IP.String()
		}
	}
	return ""
}

// nodeUnavailable says why no real node can run here and what would change that; empty when one can.
func (m machine) nodeUnavailable() string {
	switch {
	case !m.linux:
		return "a kubelet needs Linux; run the lab in a Linux machine"
	case !m.root:
		return "a kubelet needs root; run the lab as root"
	case !m.apt:
		return "its programs come from Debian packages and this machine has no apt-get and dpkg; use Debian 12 or later"
	case len(m.missing) > 0:
		return "the programs " + strings.Join(m.missing, ", ") + " are missing; apt-get install iproute2 mount"
	case m.address == "":
		return "the machine has no address but loopback; ip link add lab type dummy && ip addr add 192.168.123.1/24 dev lab && ip link set lab up"
	case m.noContainers != "":
		return m.noContainers
	}
	return ""
}

// registryUnavailable says why no registry can run here.
func (m machine) registryUnavailable() string {
	if !m.linux || !m.apt {
		return "docker-registry comes from a Debian package and this machine has no apt-get and dpkg; use Debian 12 or later"
	}
	return ""
}
