//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const bridge = "bcpaaslab0"

// nodeComponent is the real node: containerd runs real containers, a real kubelet asks it to, kube-proxy makes Services work.
func nodeComponent() component {
	return component{
		name: "node", about: "a real kubelet with containerd, runc, CNI and kube-proxy", unavailable: machine.nodeUnavailable,
		products: []product{kubernetesProduct()}, packages: nodePackages(),
		units: []unit{
			{
				name: "containerd", needs: []string{"registry"}, patience: 2 * time.Minute,
				command: containerdCommand, ready: containerdReady, after: dropStaleImages,
			},
			{
				name: "kubelet", needs: []string{"containerd", "apiserver"}, ports: []string{"kubelet", "kubelet-healthz"}, patience: 2 * time.Minute,
				command: kubeletCommand, ready: kubeletReady,
			},
			{
				name: "kube-proxy", needs: []string{"apiserver", "kubelet"}, ports: []string{"kube-proxy-healthz", "kube-proxy-metrics"}, patience: 2 * time.Minute,
				command: kubeProxyCommand, ready: kubeProxyReady, after: runSmokePod,
			},
		},
		cleanup: cleanNode,
	}
}

func kubeletCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(kubernetesProduct(), "kubelet")
	if err != nil {
		return command{}, err
	}
	if err := l.changeSysctls(); err != nil {
		return command{}, err
	}
	path, err := l.nodePath()
	if err != nil {
		return command{}, err
	}
	config, p := l.path("kubelet.yaml"), pki{l}
	if err := writeFile(config, []byte(l.renderKubelet()), 0o644); err != nil {
		return command{}, err
	}
	return command{
		path: program, env: []string{path}, files: []string{config, p.cert("kubelet"), l.kubeconfig("kubelet")},
		args: []string{
			"--config=" + config, "--kubeconfig=" + l.kubeconfig("kubelet"), "--hostname-override=" + nodeName,
			"--node-ip=" + l.here.address, "--root-dir=" + l.path("kubelet"), "--cert-dir=" + l.path("kubelet", "pki"),
		},
	}, nil
}

func (l *lab) renderKubelet() string {
	p := pki{l}
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: %q
port: %d
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: %d
tlsCertFile: %q
tlsPrivateKeyFile: %q
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: true}
  x509: {clientCAFile: %q}
authorization: {mode: Webhook}
clusterDNS: [%s]
clusterDomain: cluster.local
resolvConf: %q
containerRuntimeEndpoint: "unix://%s"
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
# A negative oom_score_adj is refused in some virtual machines.
oomScoreAdj: 0
podLogsDir: %q
volumePluginDir: %q
evictionHard: {memory.available: 50Mi, nodefs.available: 1%%, imagefs.available: 1%%, nodefs.inodesFree: 1%%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
serializeImagePulls: false
maxPods: 200
# The first report after a start says not ready; the next must not take 10 seconds.
nodeStatusUpdateFrequency: 2s
nodeStatusReportFrequency: 5m
kubeAPIQPS: 100
kubeAPIBurst: 200
eventRecordQPS: 100
eventBurst: 200
`, l.here.address, l.state.port("kubelet"), l.state.port("kubelet-healthz"), p.cert("kubelet"), p.key("kubelet"), p.cert("ca"),
		dnsIP, l.path("resolv.conf"), l.containerdSocket(), l.path("pods"), l.path("kubelet", "volumeplugins"))
}

// kubeletReady asks the kubelet itself, then whether the cluster heard from it since it started: what the API server holds
// from before says nothing.
func kubeletReady(ctx context.Context, l *lab) error {
	if err := getOK(ctx, nil, fmt.Sprintf("http://127.0.0.1:%d/healthz", l.state.port("kubelet-healthz"))); err != nil {
		return err
	}
	var node struct {
		Status struct {
			Conditions []struct {
				Type, Status, Message string
				LastHeartbeatTime     time.Time
			}
		}
	}
	if err := l.apiGet(ctx, "/api/v1/nodes/"+nodeName, &node); err != nil {
		return err
	}
	p, _ := l.state.process("kubelet")
	started := p.startedAt()
	for _, c := range node.Status.Conditions {
		if c.Type != "Ready" {
			continue
		}
		if c.LastHeartbeatTime.Before(started.Truncate(time.Second)) {
			return errors.New("the kubelet has not reported since it started")
		}
		if c.Status != "True" {
			return fmt.Errorf("the node is not ready: %s", c.Message)
		}
		return nil
	}
	return errors.New("the node has no Ready condition")
}

// startedAt is when a process started, from its start time in ticks since boot.
func (p process) startedAt() time.Time {
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return time.Time{}
	}
	var up float64
	if _, err := fmt.Sscan(string(uptime), &up); err != nil {
		return time.Time{}
	}
	const ticksPerSecond = 100 // USER_HZ, the same on every Linux that Go runs on
	return time.Now().Add(-time.Duration((up - float64(p.Start)/ticksPerSecond) * float64(time.Second)))
}

func kubeProxyCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(kubernetesProduct(), "kube-proxy")
	if err != nil {
		return command{}, err
	}
	path, err := l.nodePath()
	if err != nil {
		return command{}, err
	}
	config := l.path("kube-proxy.yaml")
	text := fmt.Sprintf(`apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
hostnameOverride: %s
clientConnection: {kubeconfig: %q, qps: 50, burst: 100}
detectLocalMode: BridgeInterface
detectLocal: {bridgeInterface: %s}
healthzBindAddress: %q
metricsBindAddress: %q
oomScoreAdj: 0
# The machine's connection tracking limits are its own business.
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
iptables: {localhostNodePorts: false, minSyncPeriod: 200ms}
`, nodeName, l.kubeconfig("kube-proxy"), bridge, l.loopback("kube-proxy-healthz"), l.loopback("kube-proxy-metrics"))
	if err := writeFile(config, []byte(text), 0o644); err != nil {
		return command{}, err
	}
	return command{path: program, env: []string{path}, args: []string{"--config=" + config}, files: []string{config, l.kubeconfig("kube-proxy")}}, nil
}

// kubeProxyReady reaches the API server by its Service's address, which only kube-proxy's rules make work.
func kubeProxyReady(ctx context.Context, l *lab) error {
	if err := getOK(ctx, nil, "http://"+l.loopback("kube-proxy-healthz")+"/healthz"); err != nil {
		return err
	}
	client, err := l.apiClient()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return getOK(ctx, client, "https://"+net.JoinHostPort(serviceIP, strconv.Itoa(443))+"/readyz")
}

// runSmokePod proves that the node runs containers: scheduler apart, all that a pod needs takes part.
func runSmokePod(ctx context.Context, l *lab) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	const pods = "/api/v1/namespaces/kube-system/pods"
	// One that a killed launcher left behind goes first.
	if err := l.apiDo(ctx, http.MethodDelete, pods+"?labelSelector=app%3Dlab-smoke&gracePeriodSeconds=0", "", nil, nil); err != nil {
		return fmt.Errorf("making room for a pod to prove the node: %w", err)
	}
	name := "lab-smoke-" + strconv.FormatInt(time.Now().UnixMilli(), 36)
	pod := map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name, "labels": map[string]any{"app": "lab-smoke"}},
		"spec": map[string]any{
			"nodeName": nodeName, "automountServiceAccountToken": false, "terminationGracePeriodSeconds": 0,
			"tolerations": []any{map[string]any{"operator": "Exists"}},
			"containers":  []any{map[string]any{"name": "pause", "image": l.loopback("registry") + "/" + pauseImage}},
		},
	}
	var err error
	for { // the namespace's default service account may not be there yet
		if err = l.apiDo(ctx, http.MethodPost, pods, "application/json", pod, nil); err == nil || ctx.Err() != nil {
			break
		}
		pauseFor(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("making a pod to prove the node: %w", err)
	}
	defer func() {
		_ = l.apiDo(context.WithoutCancel(ctx), http.MethodDelete, pods+"/"+name+"?gracePeriodSeconds=0", "", nil, nil) // at worst a pause stays
	}()
	var seen struct{ Status struct{ Phase string } }
	for seen.Status.Phase != "Running" {
		pauseFor(ctx, 100*time.Millisecond)
		if err := l.apiGet(ctx, pods+"/"+name, &seen); err != nil {
			return fmt.Errorf("waiting for the pod that proves the node (%s): %w", seen.Status.Phase, err)
		}
	}
	return nil
}

func pauseFor(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// sysctls are what a node needs of the kernel; the kubelet sets some itself and refuses to start where it can't.
func sysctls() map[string]string {
	return map[string]string{
		"net/ipv4/ip_forward": "1", "net/bridge/bridge-nf-call-iptables": "1", "vm/overcommit_memory": "1", "vm/panic_on_oom": "0",
		"kernel/panic": "10", "kernel/panic_on_oops": "1", "kernel/keys/root_maxkeys": "1000000", "kernel/keys/root_maxbytes": "25000000",
	}
}

// changeSysctls sets them and keeps what they were, for the time after.
func (l *lab) changeSysctls() error {
	for name, want := range sysctls() {
		file := filepath.Join("/proc/sys", name)
		now, err := os.ReadFile(file)
		if err != nil || string(now) == want+"\n" {
			continue // what this kernel does not have it does not need
		}
		if err := l.state.change(func(r *record) {
			if _, kept := r.Sysctls[name]; !kept {
				r.Sysctls[name] = string(now)
			}
		}); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			l.say.line("note: setting %s to %s: %v", name, want, err)
		}
	}
	return nil
}

func (l *lab) restoreSysctls() error {
	for name, value := range l.state.Sysctls {
		if err := os.WriteFile(filepath.Join("/proc/sys", name), []byte(value), 0o644); err != nil {
			l.say.line("note: setting %s back to %q: %v", name, value, err)
		}
	}
	return l.state.change(func(r *record) { r.Sysctls = map[string]string{} })
}
