//go:build !linux

package e2e

import "github.com/rogpeppe/go-internal/testscript"

// ptyCommand needs Linux, as the lab does.
func ptyCommand(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("pty works on Linux only")
}
