//go:build unix

// Command lab runs real servers on this machine for bcpaas's tests, demo and benchmarks: a Kubernetes with a real kubelet
// that runs real containers, the registries its images come from, and kwok for simulated nodes.
//
//	go run ./test/lab up [component...] | down [component...] | status | env | logs NAME | pause NAME | resume NAME | reset
//
// It imports the standard library only, so that it starts in any checkout and bcpaas gains no dependency from it. What it runs
// is compiled from the Go modules below test/lab/modules or taken out of Debian packages, into a cache folder; nothing is
// installed. README.md beside this file tells the rest.
package main
