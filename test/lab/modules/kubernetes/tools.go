//go:build tools

package main

// kubectl is built from the same module as a program of its own: it is the peer that bcpaas is measured against, and a
// peer inside a larger binary would start slower than the real one.
import _ "k8s.io/kubernetes/cmd/kubectl"
