//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// aptFolder is where the machine keeps the lists of packages.
const aptLists = "/var/lib/apt/lists"

// nodePackages hold the programs of a node that only Debian has compiled.
func nodePackages() []string {
	return []string{"containerd", "runc", "containernetworking-plugins", "iptables", "conntrack", "ethtool", "socat"}
}

// registryPackages need no root to run.
func registryPackages() []string { return []string{"docker-registry", "busybox-static"} }

// debianRoot is the folder where a set of packages lies unpacked.
func (l *lab) debianRoot(packages []string) string {
	sum := sha256.Sum256([]byte(l.here.distribution + " " + strings.Join(packages, " ")))
	return filepath.Join(l.cache, "debian-"+packages[0]+"-"+hex.EncodeToString(sum[:])[:12])
}

// unpack takes packages, and what they need beyond what the machine has, out of Debian's archive into the cache. Nothing
// is installed: apt only downloads, dpkg -x only unpacks.
func (l *lab) unpack(ctx context.Context, packages []string) (string, error) {
	root := l.debianRoot(packages)
	if _, err := os.Stat(root); err == nil {
		return root, nil
	}
	unlock, err := lockFile(ctx, root+".lock", func() { l.say.line("waiting: another launcher unpacks %s", packages[0]) })
	if err != nil {
		return "", fmt.Errorf("unpacking Debian packages: %w", err)
	}
	defer unlock()
	if _, err := os.Stat(root); err == nil {
		return root, nil
	}
	stop := l.heartbeat("taking programs out of Debian packages: " + strings.Join(packages, " "))
	defer stop()
	tmp, err := os.MkdirTemp(l.cache, ".debian-")
	if err != nil {
		return "", fmt.Errorf("unpacking Debian packages: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := l.download(ctx, tmp, packages); err != nil {
		return "", err
	}
	debs, err := filepath.Glob(filepath.Join(tmp, "cache/archives/*.deb"))
	if err != nil || len(debs) == 0 {
		return "", fmt.Errorf("unpacking Debian packages: apt-get downloaded nothing (%v)", err)
	}
	target := filepath.Join(tmp, "root")
	for _, deb := range debs {
		if err := quiet(ctx, "dpkg", "-x", deb, target); err != nil {
			return "", fmt.Errorf("unpacking %s: %w", filepath.Base(deb), err)
		}
	}
	if err := os.Rename(target, root); err != nil {
		return "", fmt.Errorf("unpacking Debian packages: %w", err)
	}
	return root, nil
}

// download lets apt resolve and fetch into a private folder. The machine's package lists are used when there are any;
// else private ones are fetched. --reinstall makes it fetch what is installed here too: the next machine may lack it.
func (l *lab) download(ctx context.Context, dir string, packages []string) error {
	for _, sub := range []string{"cache/archives/partial", "lists/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return fmt.Errorf("downloading Debian packages: %w", err)
		}
	}
	options := []string{
		"-q", "-o", "Dir::Cache=" + filepath.Join(dir, "cache"), "-o", "APT::Sandbox::User=", "-o", "Debug::NoLocking=1",
		"-o", "Acquire::Retries=3",
	}
	if lists, _ := filepath.Glob(filepath.Join(aptLists, "*_Packages*")); len(lists) == 0 {
		options = append(options, "-o", "Dir::State::lists="+filepath.Join(dir, "lists"))
		l.say.line("fetching Debian's package lists into the cache (the machine has none)")
		if err := quiet(ctx, "apt-get", append(options, "update")...); err != nil {
			return fmt.Errorf("fetching Debian's package lists: %w", err)
		}
	}
	args := append(options, "install", "--download-only", "--reinstall", "--yes", "--no-install-recommends")
	if err := quiet(ctx, "apt-get", append(args, packages...)...); err != nil {
		return fmt.Errorf("downloading Debian packages %s: %w", strings.Join(packages, " "), err)
	}
	return nil
}

// quiet runs a program and shows its output only when it fails.
func quiet(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	var said tail
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(said.String()))
	}
	return nil
}
