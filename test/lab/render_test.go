//go:build unix

package main

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func testLab(t *testing.T) *lab {
	t.Helper()
	dir := t.TempDir()
	s, err := loadState(filepath.Join(dir, "state.json"))
	if err != nil {
		t.Fatal(err)
	}
	s.Ports = map[string]int{"apiserver": 20001, "registry": 20002, "registry-private": 20003, "kubelet": 20004, "kubelet-healthz": 20005}
	l := &lab{root: "../..", dir: dir, cache: t.TempDir(), stdout: io.Discard, say: newSpeaker(io.Discard), state: s, here: machine{address: "192.0.2.7", linux: true}}
	l.goVersion = func() (string, error) { return "go1 linux amd64", nil }
	return l
}

func TestChoosePorts(t *testing.T) {
	yes := func(string, int) bool { return true }
	first, err := choosePorts(nil, []string{"a", "b"}, yes, yes)
	if err != nil || first["a"] == first["b"] {
		t.Fatalf("chosen %v, %v", first, err)
	}
	again, err := choosePorts(first, []string{"a", "b"}, yes, yes)
	if err != nil || !maps.Equal(first, again) {
		t.Errorf("ports changed without need: %v, then %v (%v)", first, again, err)
	}
	moved, err := choosePorts(first, []string{"a", "b"}, func(name string, _ int) bool { return name != "a" }, func(_ string, port int) bool { return port != first["a"] })
	if err != nil || moved["a"] == first["a"] || moved["b"] != first["b"] {
		t.Errorf("after a was taken: %v, then %v (%v)", first, moved, err)
	}
	if _, err := choosePorts(nil, []string{"a"}, yes, func(string, int) bool { return false }); err == nil {
		t.Error("no free port is no error")
	}
}

func TestPortFree(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if portFree(taken.Addr().(*net.TCPAddr).Port) {
		t.Error("a port somebody listens on counts as free")
	}
}

func TestCacheKey(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := writeFile(filepath.Join(root, "m", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module m")
	write("main.go", "package main")
	p := product{name: "p", dir: "m", pkg: ".", ldflags: "-s"}
	key := func() string {
		t.Helper()
		k, err := p.cacheKey(root, "go1.26")
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first := key()
	write("main_test.go", "package main // a test")
	if key() != first {
		t.Error("a test file changes the key")
	}
	write("main.go", "package main // changed")
	second := key()
	if second == first {
		t.Error("a changed source keeps the key")
	}
	p.ldflags = "-s -w"
	if key() == second {
		t.Error("changed flags keep the key")
	}
	other, err := p.cacheKey(root, "go1.27")
	if err != nil || other == key() {
		t.Errorf("another compiler keeps the key (%v)", err)
	}
}

func TestDigestFollowsFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	c := command{path: "/x", args: []string{"-c", file}, files: []string{file}}
	if _, err := c.digest(); err == nil {
		t.Error("a missing file is no error")
	}
	digest := func(text string) string {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := c.digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a, b, againA := digest("a"), digest("b"), digest("a")
	if a == b || a != againA {
		t.Errorf("the digest does not follow the file: %s %s %s", a, b, againA)
	}
}

func TestRendered(t *testing.T) {
	l := testLab(t)
	for name, check := range map[string]struct{ text, want string }{
		"containerd": {l.renderContainerd("/deb"), "restrict_oom_score_adj = true"},
		"sandbox":    {l.renderContainerd("/deb"), `sandbox_image = "127.0.0.1:20002/pause:3.10"`},
		"runc":       {l.renderContainerd("/deb"), `BinaryName = "/deb/usr/sbin/runc"`},
		"kubelet":    {l.renderKubelet(), "authorization: {mode: Webhook}"},
		"percent":    {l.renderKubelet(), "nodefs.available: 1%,"},
		"registry":   {renderRegistry("127.0.0.1:1", "/d", "/h"), `path: "/h"`},
		"kubeconfig": {renderKubeconfig("https://x:1", "admin", "CA", "CRT", "KEY"), "server: https://x:1"},
	} {
		if !strings.Contains(check.text, check.want) || strings.Contains(check.text, "%!") {
			t.Errorf("%s lacks %q:\n%s", name, check.want, check.text)
		}
	}
	if !json.Valid([]byte(l.renderCNI())) {
		t.Errorf("the CNI configuration is no JSON:\n%s", l.renderCNI())
	}
	if strings.Contains(renderRegistry("127.0.0.1:1", "/d", ""), "auth:") {
		t.Error("the open registry asks for a password")
	}
}

func TestLongFolderGetsShortSocket(t *testing.T) {
	l := testLab(t)
	l.dir = "/" + strings.Repeat("long/", 40)
	if socket := l.containerdSocket(); len(socket) > 100 || !strings.HasPrefix(socket, "/run/bcpaas-lab-") {
		t.Errorf("socket %q", socket)
	}
}

func TestCertificates(t *testing.T) {
	p := pki{testLab(t)}
	if err := p.authority("ca"); err != nil {
		t.Fatal(err)
	}
	id := identity{name: "server", user: "u", groups: []string{"g"}, hosts: []string{"localhost", "192.0.2.7"}, signer: "ca"}
	if err := p.issue(id); err != nil {
		t.Fatal(err)
	}
	ca, _, err := p.load("ca")
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := p.load("server")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	for _, host := range id.hosts {
		if _, err := first.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: time.Now()}); err != nil {
			t.Errorf("verifying for %s: %v", host, err)
		}
	}
	if err := p.issue(id); err != nil {
		t.Fatal(err)
	}
	if same, _, _ := p.load("server"); !same.Equal(first) {
		t.Error("a valid certificate was made anew: every up would restart servers")
	}
	id.hosts = []string{"localhost", "192.0.2.8"}
	if err := p.issue(id); err != nil {
		t.Fatal(err)
	}
	if moved, _, _ := p.load("server"); moved.Equal(first) {
		t.Error("a certificate for another address was kept")
	}
	if info, err := os.Stat(p.key("server")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of a key: %v, %v", info.Mode(), err)
	}
}

func TestRemovalOf(t *testing.T) {
	saved := `# Generated
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-ABC - [0:0]
:CNI-1234 - [0:0]
:DOCKER - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -j DOCKER
-A POSTROUTING -s 10.244.0.2/32 -m comment --comment "name: \"bcpaas-lab\" -x" -j CNI-1234
-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-ABC
-A CNI-1234 -j MASQUERADE
COMMIT
`
	want := `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-ABC - [0:0]
:CNI-1234 - [0:0]
-D PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-D POSTROUTING -s 10.244.0.2/32 -m comment --comment "name: \"bcpaas-lab\" -x" -j CNI-1234
-X KUBE-SERVICES
-X KUBE-SVC-ABC
-X CNI-1234
COMMIT
`
	if got := removalOf("nat", saved); got != want {
		t.Errorf("removalOf:\n%s\nwant:\n%s", got, want)
	}
	if got := removalOf("filter", "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n"); got != "" {
		t.Errorf("with nothing of ours: %q", got)
	}
}

func TestUnavailable(t *testing.T) {
	good := machine{linux: true, root: true, apt: true, address: "192.0.2.1"}
	if reason := good.nodeUnavailable(); reason != "" {
		t.Errorf("a good machine is refused: %s", reason)
	}
	for name, m := range map[string]machine{
		"root":     {linux: true, apt: true, address: "192.0.2.1"},
		"Debian":   {linux: true, root: true, address: "192.0.2.1"},
		"iproute2": {linux: true, root: true, apt: true, address: "192.0.2.1", missing: []string{"ip"}},
		"loopback": {linux: true, root: true, apt: true},
		"cgroup":   {linux: true, root: true, apt: true, address: "192.0.2.1", noContainers: "no cgroup"},
	} {
		if reason := m.nodeUnavailable(); !strings.Contains(reason, name) {
			t.Errorf("without %s: %q", name, reason)
		}
	}
}

func TestQuoteAndElapsed(t *testing.T) {
	if got := quote("a'b $c"); got != `'a'\''b $c'` {
		t.Errorf("quote = %s", got)
	}
	for d, want := range map[time.Duration]string{1200 * time.Millisecond: "  1.2s", 190 * time.Second: " 3m10s", 59960 * time.Millisecond: " 60.0s", 12*time.Minute + 5*time.Second: "12m05s"} {
		if got := elapsed(d); got != want {
			t.Errorf("elapsed(%s) = %q, want %q", d, got, want)
		}
	}
}
