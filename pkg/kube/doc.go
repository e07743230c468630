// Package kube talks to a Kubernetes API server. It is a library that knows no noun of bcpaas.
//
// It is built on client-go's rest package and a scheme of only the groups in use, over protobuf: the umbrella clientset
// and the dynamic client cost three times the start-up time and ten times the memory of a large list (figures in
// ARCHITECTURE.md).
package kube
