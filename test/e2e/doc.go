// Package e2e holds nothing but tests: scripts that run the built binary, most of them against a real cluster.
package e2e
