//go:build tools

// Package kwok pins the kwok controller, which plays nodes and pods without kubelets for the scale tests.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
