//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// containerdSocket lies in the lab's folder unless its path would be longer than a socket's may be (108 bytes).
func (l *lab) containerdSocket() string {
	if socket := l.path("containerd", "containerd.sock"); len(socket) < 100 {
		return socket
	}
	sum := sha256.Sum256([]byte(l.dir))
	return "/run/bcpaas-lab-" + hex.EncodeToString(sum[:])[:12] + "/containerd.sock"
}

func containerdCommand(_ context.Context, l *lab) (command, error) {
	if err := l.claimNode(); err != nil {
		return command{}, err
	}
	path, err := l.nodePath()
	if err != nil {
		return command{}, err
	}
	if err := l.changeSysctls(); err != nil {
		return command{}, err
	}
	root := l.debianRoot(nodePackages())
	texts := map[string]string{
		l.path("containerd.toml"):                    l.renderContainerd(root),
		l.path("cni", "net.d", "10-bcpaas.conflist"): l.renderCNI(),
		l.path("resolv.conf"):                        podResolvers(),
	}
	for _, registry := range []string{"registry", "registry-private"} {
		host := l.loopback(registry)
		texts[l.path("containerd", "certs.d", host, "hosts.toml")] = fmt.Sprintf("server = \"http://%s\"\n\n[host.\"http://%s\"]\n  capabilities = [\"pull\", \"resolve\"]\n", host, host)
	}
	for file, text := range texts {
		if err := writeFile(file, []byte(text), 0o644); err != nil {
			return command{}, err
		}
	}
	if err := os.MkdirAll(filepath.Dir(l.containerdSocket()), 0o711); err != nil {
		return command{}, fmt.Errorf("making the folder of containerd's socket: %w", err)
	}
	basis, err := l.imagesDigest() // see dropStaleImages
	if err != nil {
		return command{}, err
	}
	config := l.path("containerd.toml")
	return command{
		path: filepath.Join(root, "usr/bin/containerd"), args: []string{"--config", config}, env: []string{path},
		files: []string{config}, basis: basis,
	}, nil
}

func (l *lab) renderContainerd(root string) string {
	const cri = `plugins."io.containerd.grpc.v1.cri"`
	return fmt.Sprintf(`version = 2
root = %q
state = %q
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]

[grpc]
  address = %q

[plugins."io.containerd.internal.v1.opt"]
  path = %q

[%[6]s]
  sandbox_image = %[5]q
  # A negative oom_score_adj is refused in some virtual machines, and then runc can start nothing.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true

[%[6]s.cni]
  bin_dir = %[7]q
  conf_dir = %[8]q

[%[6]s.containerd]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"

[%[6]s.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[%[6]s.containerd.runtimes.runc.options]
  BinaryName = %[9]q
  SystemdCgroup = false
  Root = %[11]q

[%[6]s.registry]
  config_path = %[10]q
`, l.path("containerd", "root"), l.path("containerd", "state"), l.containerdSocket(), l.path("containerd", "opt"),
		l.loopback("registry")+"/"+pauseImage, cri, filepath.Join(root, "usr/lib/cni"), l.path("cni", "net.d"),
		filepath.Join(root, "usr/sbin/runc"), l.path("containerd", "certs.d"), l.path("containerd", "state", "runc"))
}

func (l *lab) renderCNI() string {
	return fmt.Sprintf(`{
  "cniVersion": "0.4.0",
  "name": "bcpaas-lab",
  "plugins": [
    {"type": "bridge", "bridge": %q, "isGateway": true, "ipMasq": true, "hairpinMode": true,
     "ipam": {"type": "host-local", "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}], "dataDir": %q}},
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`, bridge, podCIDR, l.path("cni", "networks"))
}

// podResolvers is the machine's resolv.conf without resolvers on loopback, which a pod could not reach.
func podResolvers() string {
	data, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return ""
	}
	var kept []string
	for _, line := range strings.Split(string(data), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "nameserver" && (strings.HasPrefix(fields[1], "127.") || fields[1] == "::1") {
			continue
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// containerdReady asks for the version as a kubelet does. The service that kubelets use opens later than the socket: not before
// all containers of an earlier run are looked through. The question is gRPC by hand: an empty message, the answer in the trailer.
func containerdReady(ctx context.Context, l *lab) error {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", l.containerdSocket())
		},
		Protocols: new(http.Protocols),
	}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	emptyMessage := strings.NewReader("\x00\x00\x00\x00\x00")
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://containerd/runtime.v1.RuntimeService/Version", emptyMessage)
	if err != nil {
		return fmt.Errorf("asking containerd: %w", err)
	}
	request.Header.Set("Content-Type", "application/grpc")
	request.Header.Set("TE", "trailers")
	response, err := transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("asking containerd: %w", err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("asking containerd: %w", err)
	}
	status, message := response.Trailer.Get("Grpc-Status"), response.Trailer.Get("Grpc-Message")
	if status == "" { // an answer without a body has them in its header
		status, message = response.Header.Get("Grpc-Status"), response.Header.Get("Grpc-Message")
	}
	if status != "0" {
		return fmt.Errorf("asking containerd: gRPC status %s: %s", status, message)
	}
	return nil
}

// nodePath is the PATH under which the node's programs find their helpers: this machine's own where it has them, else
// those of the Debian packages through wrappers that tell them where their libraries are.
func (l *lab) nodePath() (string, error) {
	root := l.debianRoot(nodePackages())
	if err := l.wrapTools(root); err != nil {
		return "", err
	}
	dirs := []string{l.path("node-bin"), "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", filepath.Join(root, "usr/bin"), filepath.Join(root, "usr/sbin")}
	return "PATH=" + strings.Join(dirs, ":"), nil
}

// wrapTools writes the wrappers. iptables is one program that is told its role by its first argument.
func (l *lab) wrapTools(root string) error {
	libraries := strings.Join([]string{filepath.Join(root, "usr/lib", multiarch()), filepath.Join(root, "lib", multiarch())}, ":")
	wrapper := func(name, call string) error {
		text := fmt.Sprintf("#!/bin/sh\nexport LD_LIBRARY_PATH=%q XTABLES_LIBDIR=%q\nexec %s \"$@\"\n", libraries, filepath.Join(root, "usr/lib", multiarch(), "xtables"), call)
		file := l.path("node-bin", name)
		if now, err := os.ReadFile(file); err == nil && string(now) == text {
			return nil
		}
		return writeFile(file, []byte(text), 0o755)
	}
	if _, err := exec.LookPath("iptables"); err != nil {
		for _, name := range []string{"iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore"} {
			if err := wrapper(name, fmt.Sprintf("%q %s", filepath.Join(root, "usr/sbin/xtables-nft-multi"), name)); err != nil {
				return err
			}
		}
	}
	for name, place := range map[string]string{"conntrack": "usr/sbin", "ethtool": "sbin", "socat": "usr/bin"} {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if err := wrapper(name, fmt.Sprintf("%q", filepath.Join(root, place, name))); err != nil {
			return err
		}
	}
	// ctr asks for its socket at each call; with this one people can just say ctr.
	return writeFile(l.path("bin", "ctr"), []byte(fmt.Sprintf("#!/bin/sh\nexec %q --address %q --namespace k8s.io \"$@\"\n", filepath.Join(root, "usr/bin/ctr"), l.containerdSocket())), 0o755)
}
