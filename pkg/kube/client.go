package kube

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

const (
	// inFlight bounds the requests under way at once. client-go's own limit (5 a second) makes a tool slow without
	// protecting the server; a bound on what is under way protects it, since a slow server is then asked less.
	inFlight = 12
	// dialTimeout is how long one address may take to accept a connection.
	dialTimeout = 5 * time.Second
	// DefaultTimeout bounds one request, from sending it to the last byte of its answer.
	DefaultTimeout = 30 * time.Second
	protobufType   = "application/vnd.kubernetes.protobuf"
)

// Target says which API server to talk to, and as whom. Its zero value is what kubectl would use.
type Target struct {
	Kubeconfig string        // a file; empty means $KUBECONFIG, then ~/.kube/config, then the pod's service account
	Context    string        // a context in it; empty means the current one
	As         string        // impersonate this user
	AsGroups   []string      // and these groups
	Timeout    time.Duration // of one request; 0 means DefaultTimeout, negative none
	UserAgent  string        // e.g. "bcpaas (linux/amd64)"
	Trace      io.Writer     // where each request is told of; nil means nowhere
}

// Client talks to one API server. It is safe for concurrent use, and dials nothing until the first call.
type Client struct {
	name    string // for messages: the context's name, or "in-cluster"
	config  *rest.Config
	http    *http.Client
	codecs  runtime.NegotiatedSerializer
	params  runtime.ParameterCodec
	timeout time.Duration
	clock   *clock

	namespace string
	mu        sync.Mutex
	byVersion map[schema.GroupVersion]*rest.RESTClient
}

// New reads the kubeconfig (or the pod's service account) and prepares a client. It contacts nobody.
func New(t Target) (*Client, error) {
	loader := loaderOf(t)
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, fault.New(fault.Usage, "reading the kubeconfig: %w", err).
			WithHint("check the files in $KUBECONFIG, or name one with --kubeconfig")
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, noCluster(t, raw, err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fault.New(fault.Usage, "reading the context's namespace: %w", err)
	}
	c := &Client{name: contextName(t, raw), namespace: namespace, timeout: t.Timeout, clock: &clock{}}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	return c, c.prepare(config, t)
}

func loaderOf(t Target) clientcmd.ClientConfig {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = t.Kubeconfig
	rules.WarnIfAllMissing = false
	overrides := &clientcmd.ConfigOverrides{CurrentContext: t.Context}
	overrides.AuthInfo.Impersonate = t.As
	overrides.AuthInfo.ImpersonateGroups = t.AsGroups
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
}

func (c *Client) prepare(config *rest.Config, t Target) error {
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	config.QPS = -1 // our own bound is on requests under way: see inFlight
	config.ContentType, config.AcceptContentTypes = protobufType, protobufType+",application/json"
	if t.UserAgent != "" {
		config.UserAgent = t.UserAgent
	}
	config.WarningHandler = rest.NoWarnings{}
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	gate := make(chan struct{}, inFlight)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		if t.Trace != nil {
			next = &tracer{next: next, to: t.Trace}
		}
		return &transport{next: next, gate: gate, clock: c.clock}
	})
	c.config = config
	c.codecs = serializer.NewCodecFactory(scheme).WithoutConversion()
	c.params = runtime.NewParameterCodec(scheme)
	c.byVersion = map[schema.GroupVersion]*rest.RESTClient{}
	if c.http, err = rest.HTTPClientFor(config); err != nil {
		return fault.New(fault.Usage, "preparing the connection to %s: %w", c.name, err).
			WithHint("check the certificates and the user of this context in the kubeconfig")
	}
	c.http.Transport = promptly{c.http.Transport}
	return nil
}

// RunsCommand tells whether the credential comes from a command, which may be slow or ask a question.
func (c *Client) RunsCommand() bool { return c.config.ExecProvider != nil }

// noCluster explains a kubeconfig that leads nowhere: the most common first failure of a newcomer.
func noCluster(t Target, raw clientcmdapi.Config, err error) error {
	switch {
	case t.Context != "" && raw.Contexts[t.Context] == nil:
		return fault.New(fault.Usage, "the kubeconfig has no context %q", t.Context).
			WithHint("kubectl config get-contexts lists them")
	case clientcmd.IsEmptyConfig(err):
		return fault.New(fault.Usage, "no cluster is configured").
			WithHint("set KUBECONFIG, name a file with --kubeconfig, or make a profile: bcpaas config set clusters.NAME.context CONTEXT")
	default:
		return fault.New(fault.Usage, "reading the kubeconfig: %w", err)
	}
}

func contextName(t Target, raw clientcmdapi.Config) string {
	switch {
	case t.Context != "":
		return t.Context
	case raw.CurrentContext != "":
		return raw.CurrentContext
	default:
		return "in-cluster"
	}
}

// Name is how the cluster is called in messages.
func (c *Client) Name() string { return c.name }

// Host is the server's address, for messages.
func (c *Client) Host() string { return c.config.Host }

// Namespace is the namespace of the chosen context, or that of the pod; "default" when neither says.
func (c *Client) Namespace() string { return c.namespace }

// Now is the server's time as far as it is known: certificates, leases and ages are judged by it, not by the clock of
// whoever runs bcpaas.
func (c *Client) Now() time.Time { return c.clock.now() }

// Config is a copy of the connection's settings, for streams (exec, port-forward) that client-go sets up itself.
func (c *Client) Config() *rest.Config { return rest.CopyConfig(c.config) }

func (c *Client) rest(r Resource) (*rest.RESTClient, error) {
	gv := r.GroupVersion()
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.byVersion[gv]; known != nil {
		return known, nil
	}
	config := *c.config
	config.GroupVersion = &gv
	config.NegotiatedSerializer = c.codecs
	config.APIPath = "/apis"
	if gv.Group == "" {
		config.APIPath = "/api"
	}
	made, err := rest.RESTClientForConfigAndClient(&config, c.http)
	if err != nil {
		return nil, fault.New(fault.Usage, "preparing the connection to %s: %w", c.name, err)
	}
	c.byVersion[gv] = made
	return made, nil
}

// bounded gives ctx the time that one request may take.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.timeout < 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.timeout)
}
