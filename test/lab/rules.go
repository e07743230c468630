//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// removeRules deletes the packet filter rules of kube-proxy, the kubelet and CNI, and nothing else.
func (l *lab) removeRules(ctx context.Context) error {
	path, err := l.nodePath()
	if err != nil {
		return err
	}
	if _, err := os.Stat(l.debianRoot(nodePackages())); err != nil {
		return nil // never unpacked: no node ever ran
	}
	for _, family := range []string{"iptables", "ip6tables"} {
		for _, table := range []string{"nat", "filter", "mangle"} {
			save := exec.CommandContext(ctx, "/bin/sh", "-c", family+"-save -t "+table)
			save.Env = []string{path}
			rules, err := save.Output()
			if err != nil {
				continue // this kernel has no such table
			}
			removal := removalOf(table, string(rules))
			if removal == "" {
				continue
			}
			restore := exec.CommandContext(ctx, "/bin/sh", "-c", family+"-restore --noflush")
			restore.Env = []string{path}
			restore.Stdin = bytes.NewReader([]byte(removal))
			if out, err := restore.CombinedOutput(); err != nil {
				return fmt.Errorf("removing the rules in %s of %s: %w: %s", table, family, err, out)
			}
		}
	}
	return nil
}

// removalOf turns what iptables-save printed into input for iptables-restore --noflush that deletes the chains whose names
// start with KUBE- or CNI- and the rules elsewhere that jump to them; empty when there are none.
func removalOf(table, saved string) string {
	ours := func(chain string) bool { return strings.HasPrefix(chain, "KUBE-") || strings.HasPrefix(chain, "CNI-") }
	var declare, jumps, drop []string
	for _, line := range strings.Split(saved, "\n") {
		if name, found := strings.CutPrefix(line, ":"); found {
			if chain, _, _ := strings.Cut(name, " "); ours(chain) {
				declare = append(declare, ":"+chain+" - [0:0]") // with --noflush this empties a chain that is there
				drop = append(drop, "-X "+chain)
			}
			continue
		}
		rule, found := strings.CutPrefix(line, "-A ")
		if !found {
			continue
		}
		chain, rest, _ := strings.Cut(rule, " ")
		if _, target, jumpsOn := strings.Cut(rest, "-j "); jumpsOn && !ours(chain) && ours(strings.Fields(target)[0]) {
			jumps = append(jumps, "-D "+rule)
		}
	}
	if len(declare) == 0 {
		return ""
	}
	lines := append([]string{"*" + table}, declare...)
	lines = append(append(append(lines, jumps...), drop...), "COMMIT", "")
	return strings.Join(lines, "\n")
}
