//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const (
	serviceCIDR = "10.96.0.0/16"
	serviceIP   = "10.96.0.1"  // of the Service kubernetes: the first address of serviceCIDR
	dnsIP       = "10.96.0.10" // of the Service kube-dns
	podCIDR     = "10.244.0.0/16"
	nodeName    = "lab-node"
)

// kubernetesComponent is the control plane. Its three processes are named apart, since tests stop and start them singly.
func kubernetesComponent() component {
	return component{
		name: "kubernetes", about: "the control plane, " + kubernetesVersion, unavailable: always,
		products: []product{kubernetesProduct(), kubectlProduct()},
		units: []unit{
			{
				name: "apiserver", needs: []string{"etcd"}, ports: []string{"apiserver"}, patience: 2 * time.Minute,
				command: apiserverCommand,
				ready:   func(ctx context.Context, l *lab) error { return l.apiGet(ctx, "/readyz", nil) },
				grace:   5 * time.Second,
			},
			{
				name: "controller-manager", needs: []string{"apiserver"}, ports: []string{"controller-manager"}, patience: 2 * time.Minute,
				command: controllerManagerCommand,
				ready: func(ctx context.Context, l *lab) error {
					if err := l.healthz(ctx, "controller-manager"); err != nil {
						return err
					}
					return l.apiGet(ctx, "/api/v1/namespaces/default/serviceaccounts/default", nil) // it makes these
				},
			},
			{
				name: "scheduler", needs: []string{"apiserver"}, ports: []string{"scheduler"}, patience: 2 * time.Minute,
				command: schedulerCommand,
				ready:   func(ctx context.Context, l *lab) error { return l.healthz(ctx, "scheduler") },
			},
		},
	}
}

func kubernetesLinkFlags() string {
	// Without these the server reports no version that clients can parse, and several refuse it.
	const pkg = "-X k8s.io/component-base/version."
	return pkg + "gitVersion=" + kubernetesVersion + " " + pkg + "gitMajor=1 " + pkg + "gitMinor=34"
}

func kubernetesProduct() product {
	return moduleProduct("kubernetes", "kubernetes", ".", kubernetesLinkFlags(), "1.34.4; about 11 minutes on two cores the first time")
}

func kubectlProduct() product {
	return moduleProduct("kubectl", "kubernetes", "k8s.io/kubernetes/cmd/kubectl", kubernetesLinkFlags(), "1.34.4; under a minute after kubernetes")
}

// link makes a program callable by name in the lab's bin folder: the Kubernetes binary picks its role by that name, and
// people and tests find all of them in one place.
func (l *lab) link(p product, name string) (string, error) {
	program, there, err := l.built(p)
	if err != nil {
		return "", err
	}
	if !there {
		return "", fmt.Errorf("finding %s: %w", name, fs.ErrNotExist)
	}
	return l.linkFile(program, name)
}

func (l *lab) linkFile(program, name string) (string, error) {
	link := l.path("bin", name)
	if now, err := os.Readlink(link); err == nil && now == program {
		return link, nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return "", fmt.Errorf("linking %s: %w", name, err)
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("linking %s: %w", name, err)
	}
	if err := os.Symlink(program, link); err != nil {
		return "", fmt.Errorf("linking %s: %w", name, err)
	}
	return link, nil
}

// prepareKubernetes makes certificates, kubeconfigs and links before anything starts.
func (l *lab) prepareKubernetes() error {
	if _, err := l.link(kubectlProduct(), "kubectl"); err != nil {
		return err
	}
	if _, err := l.link(kubernetesProduct(), "kubeadm"); err != nil {
		return err
	}
	p := pki{l}
	for _, name := range []string{"ca", "front-proxy-ca"} {
		if err := p.authority(name); err != nil {
			return err
		}
	}
	if err := p.serviceAccountKey(); err != nil {
		return err
	}
	for _, id := range l.identities() {
		if err := p.issue(id); err != nil {
			return err
		}
	}
	for _, user := range []string{"admin", "controller-manager", "scheduler", "kubelet", "kube-proxy", "coredns", "kwok"} {
		if err := l.writeKubeconfig(user); err != nil {
			return err
		}
	}
	return nil
}

// identities are all certificates the lab's CA signs.
func (l *lab) identities() []identity {
	local := []string{"localhost", "127.0.0.1"}
	api := append([]string{
		serviceIP, "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	}, local...)
	node := append([]string{nodeName}, local...)
	if a := l.here.address; a != "" {
		api, node = append(api, a), append(node, a)
	}
	masters := []string{"system:masters"}
	return []identity{
		{name: "apiserver", user: "kube-apiserver", hosts: api, signer: "ca"},
		{name: "apiserver-kubelet", user: "kube-apiserver-kubelet-client", groups: masters, signer: "ca"},
		{name: "front-proxy", user: "front-proxy-client", signer: "front-proxy-ca"},
		{name: "admin", user: "lab-admin", groups: masters, signer: "ca"},
		{name: "controller-manager", user: "system:kube-controller-manager", hosts: local, signer: "ca"},
		{name: "scheduler", user: "system:kube-scheduler", hosts: local, signer: "ca"},
		{name: "kubelet", user: "system:node:" + nodeName, groups: []string{"system:nodes"}, hosts: node, signer: "ca"},
		{name: "kube-proxy", user: "system:kube-proxy", signer: "ca"},
		{name: "coredns", user: "system:coredns", signer: "ca"},
		{name: "kwok", user: "kwok", groups: masters, signer: "ca"},
	}
}

func apiserverCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(kubernetesProduct(), "kube-apiserver")
	if err != nil {
		return command{}, err
	}
	p := pki{l}
	args := []string{
		// Pods reach the API server at the node's address, so it listens there too, always with TLS and authentication.
		"--bind-address=0.0.0.0", fmt.Sprintf("--secure-port=%d", l.state.port("apiserver")),
		"--etcd-servers=http://" + l.loopback("etcd"), "--service-cluster-ip-range=" + serviceCIDR, "--allow-privileged=true",
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction", "--client-ca-file=" + p.cert("ca"),
		"--tls-cert-file=" + p.cert("apiserver"), "--tls-private-key-file=" + p.key("apiserver"),
		"--kubelet-client-certificate=" + p.cert("apiserver-kubelet"), "--kubelet-client-key=" + p.key("apiserver-kubelet"),
		"--kubelet-certificate-authority=" + p.cert("ca"), "--kubelet-preferred-address-types=InternalIP",
		"--requestheader-client-ca-file=" + p.cert("front-proxy-ca"), "--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-", "--proxy-client-cert-file=" + p.cert("front-proxy"),
		"--proxy-client-key-file=" + p.key("front-proxy"), "--enable-aggregator-routing=true",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + p.key("service-accounts"), "--service-account-signing-key-file=" + p.key("service-accounts"),
		// Else it waits for every watch to end by itself, up to a minute.
		"--shutdown-watch-termination-grace-period=500ms",
		"--profiling=false",
	}
	if l.here.address != "" {
		args = append(args, "--advertise-address="+l.here.address)
	}
	c := command{path: program, args: args, files: []string{p.cert("apiserver"), p.cert("ca")}}
	l.optionalFile(&c, "authentication.yaml", "--authentication-config=%s")
	l.optionalFile(&c, "audit-policy.yaml", "--audit-policy-file=%s", "--audit-log-path="+l.path("log", "audit.log"), "--audit-log-maxsize=50", "--audit-log-maxbackup=1")
	return c, nil
}

// optionalFile switches a feature on when somebody put a file into .lab/kubernetes; the next up restarts the server for it.
func (l *lab) optionalFile(c *command, name string, flags ...string) {
	file := l.path("kubernetes", name)
	if _, err := os.Stat(file); err != nil {
		return
	}
	c.args = append(c.args, fmt.Sprintf(flags[0], file))
	c.args = append(c.args, flags[1:]...)
	c.files = append(c.files, file)
}

func controllerManagerCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(kubernetesProduct(), "kube-controller-manager")
	if err != nil {
		return command{}, err
	}
	p := pki{l}
	args := append(l.controllerFlags("controller-manager"),
		"--use-service-account-credentials=true", "--service-account-private-key-file="+p.key("service-accounts"),
		"--root-ca-file="+p.cert("ca"), "--cluster-signing-cert-file="+p.cert("ca"), "--cluster-signing-key-file="+p.key("ca"),
		"--allocate-node-cidrs=false",
	)
	// The defaults settle about five objects at a time at 20 requests a second: minutes for the thousands of a scale test.
	for _, kind := range []string{"deployment", "replicaset", "job", "cron-job", "statefulset", "daemonset", "gc", "namespace", "endpoint", "service-endpoint", "resource-quota"} {
		args = append(args, "--concurrent-"+kind+"-syncs=30")
	}
	return command{path: program, args: args, files: []string{p.cert("controller-manager"), p.cert("ca"), l.kubeconfig("controller-manager")}}, nil
}

func schedulerCommand(_ context.Context, l *lab) (command, error) {
	program, err := l.link(kubernetesProduct(), "kube-scheduler")
	if err != nil {
		return command{}, err
	}
	p := pki{l}
	return command{
		path: program, args: l.controllerFlags("scheduler"),
		files: []string{p.cert("scheduler"), p.cert("ca"), l.kubeconfig("scheduler")},
	}, nil
}

// controllerFlags are those that the controller-manager and the scheduler have in common.
func (l *lab) controllerFlags(name string) []string {
	p, kubeconfig := pki{l}, l.kubeconfig(name)
	return []string{
		"--kubeconfig=" + kubeconfig, "--authentication-kubeconfig=" + kubeconfig, "--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", l.state.port(name)),
		"--tls-cert-file=" + p.cert(name), "--tls-private-key-file=" + p.key(name),
		"--kube-api-qps=1000", "--kube-api-burst=2000", "--profiling=false",
		// There is only one of each; waiting for the lease of one that was killed would cost 15 seconds.
		"--leader-elect=false",
	}
}

// healthz asks one of the control plane's own health addresses.
func (l *lab) healthz(ctx context.Context, name string) error {
	client, err := l.apiClient()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return getOK(ctx, client, "https://"+l.loopback(name)+"/healthz")
}

func getOK(ctx context.Context, client *http.Client, url string) error {
	if client == nil {
		client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
