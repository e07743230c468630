//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// dnsComponent is CoreDNS as a process of the host at the node's address; the Service kube-dns leads pods to it. So the
// cluster's DNS does not depend on the node being able to run pods, and tests can stop it singly.
func dnsComponent() component {
	return component{
		name: "dns", about: "CoreDNS, so that Services resolve in pods", unavailable: machine.nodeUnavailable,
		products: []product{dnsProduct()},
		units: []unit{{
			name: "dns", needs: []string{"apiserver"}, ports: []string{"dns", "dns-health", "dns-metrics"}, patience: 2 * time.Minute,
			command: dnsCommand, ready: dnsReady, after: applyDNSService,
		}},
	}
}

func dnsProduct() product {
	return moduleProduct("coredns", "coredns", ".", "", "1.12.0; about 3 minutes on two cores the first time")
}

func dnsCommand(ctx context.Context, l *lab) (command, error) {
	program, err := l.link(dnsProduct(), "coredns")
	if err != nil {
		return command{}, err
	}
	if err := applyDNSRights(ctx, l); err != nil {
		return command{}, err
	}
	forward := ""
	if strings.Contains(podResolvers(), "nameserver") {
		forward = "    forward . " + l.path("resolv.conf") + "\n"
		if err := writeFile(l.path("resolv.conf"), []byte(podResolvers()), 0o644); err != nil {
			return command{}, err
		}
	}
	config := l.path("Corefile")
	text := fmt.Sprintf(`.:%d {
    bind %s
    errors
    health %s
    prometheus %s
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        kubeconfig %s
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }
%s    cache 5
}
`, l.state.port("dns"), l.here.address, l.loopback("dns-health"), l.loopback("dns-metrics"), l.kubeconfig("coredns"), forward)
	if err := writeFile(config, []byte(text), 0o644); err != nil {
		return command{}, err
	}
	return command{path: program, args: []string{"-conf", config}, files: []string{config, l.kubeconfig("coredns")}}, nil
}

// dnsReady asks for the name every pod asks for first.
func dnsReady(ctx context.Context, l *lab) error {
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, fmt.Sprintf("%s:%d", l.here.address, l.state.port("dns")))
	}}
	addresses, err := resolver.LookupHost(ctx, "kubernetes.default.svc.cluster.local.")
	if err != nil {
		return err
	}
	if !slices.Contains(addresses, serviceIP) {
		return errors.New("kubernetes.default.svc.cluster.local resolves to " + strings.Join(addresses, " "))
	}
	return nil
}

func applyDNSRights(ctx context.Context, l *lab) error {
	const rbac = "/apis/rbac.authorization.k8s.io/v1/"
	rule := func(group string, resources ...string) any {
		return map[string]any{"apiGroups": []string{group}, "resources": resources, "verbs": []string{"list", "watch"}}
	}
	meta := map[string]any{"name": "system:coredns"}
	role := map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta,
		"rules": []any{rule("", "services", "pods", "namespaces", "endpoints"), rule("discovery.k8s.io", "endpointslices")},
	}
	binding := map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta,
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:coredns"},
		"subjects": []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "system:coredns"}},
	}
	if err := l.apiApply(ctx, rbac+"clusterroles/system:coredns", role); err != nil {
		return err
	}
	return l.apiApply(ctx, rbac+"clusterrolebindings/system:coredns", binding)
}

// applyDNSService makes the Service at the address the kubelet tells pods, and says by hand where it leads.
func applyDNSService(ctx context.Context, l *lab) error {
	names := []string{"dns", "dns-tcp"}
	protocols := []string{"UDP", "TCP"}
	var ports, targets []any
	for i, name := range names {
		ports = append(ports, map[string]any{"name": name, "protocol": protocols[i], "port": 53})
		targets = append(targets, map[string]any{"name": name, "protocol": protocols[i], "port": l.state.port("dns")})
	}
	service := map[string]any{
		"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "kube-dns", "namespace": "kube-system"},
		"spec": map[string]any{"clusterIP": dnsIP, "ports": ports},
	}
	slice := map[string]any{
		"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "ports": targets,
		"metadata": map[string]any{"name": "kube-dns-lab", "namespace": "kube-system", "labels": map[string]any{
			"kubernetes.io/service-name": "kube-dns", "endpointslice.kubernetes.io/managed-by": "bcpaas-lab",
		}},
		"endpoints": []any{map[string]any{"addresses": []string{l.here.address}, "conditions": map[string]any{"ready": true}}},
	}
	if err := l.apiApply(ctx, "/api/v1/namespaces/kube-system/services/kube-dns", service); err != nil {
		return err
	}
	return l.apiApply(ctx, "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/kube-dns-lab", slice)
}
