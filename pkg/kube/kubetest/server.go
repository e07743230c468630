// Package kubetest is a small Kubernetes API server in memory, for tests: it speaks the API's JSON, keeps objects with
// versions, pages lists, streams watches, and can be made to fail, to go away and to come back. No product code imports
// it. What it does not know it refuses loudly.
package kubetest

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Token is the credential in the kubeconfig of a Server: no output may ever hold it.
const Token = "s3cret-bearer-token"

// Context is the name of the kubeconfig's one context.
const Context = "lab"

// Handler answers a request in the server's place, or says false to leave it to the server.
type Handler func(w http.ResponseWriter, r *http.Request) bool

// Server is the API server.
type Server struct {
	address   string
	authority []byte
	http      *httptest.Server

	mu        sync.Mutex
	handlers  []Handler
	requests  []string
	version   int
	oldest    int // of the versions that watches may begin at; older ones are gone
	objects   map[key]map[string]any
	log       []change
	changed   chan struct{} // closed at each change
	endOfTime chan struct{} // closed to end all watches
}

// New starts a server, which ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{objects: map[key]map[string]any{}, changed: make(chan struct{}), endOfTime: make(chan struct{}), version: 1000}
	s.address = "127.0.0.1:0"
	s.Start(t)
	t.Cleanup(s.Stop)
	return s
}

// Start listens, again on the same address after a Stop.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	listener, err := net.Listen("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	_ = s.http.Listener.Close()
	s.http.Listener = listener
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.http.StartTLS() // over plain HTTP clients send no token
	s.authority = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
}

// Stop breaks all connections and listens no more.
func (s *Server) Stop() {
	if s.http == nil {
		return
	}
	s.http.Listener.Close()
	s.http.CloseClientConnections()
	s.EndWatches()
	s.http.Close()
	s.http = nil
}

// URL is where the server listens.
func (s *Server) URL() string { return "https://" + s.address }

// Kubeconfig writes a kubeconfig for the server, with namespace as its context's.
func (s *Server) Kubeconfig(t testing.TB, namespace string) string {
	t.Helper()
	return WriteKubeconfig(t, s.URL(), namespace, ", certificate-authority-data: "+base64.StdEncoding.EncodeToString(s.authority))
}

// WriteKubeconfig writes a kubeconfig of one context. extra is added to the cluster, as lines of YAML.
func WriteKubeconfig(t testing.TB, url, namespace, extra string) string {
	t.Helper()
	text := `apiVersion: v1
kind: Config
current-context: ` + Context + `
clusters: [{name: c, cluster: {server: "` + url + `"` + extra + `}}]
users: [{name: u, user: {token: ` + Token + `}}]
contexts: [{name: ` + Context + `, context: {cluster: c, user: u, namespace: "` + namespace + `"}}]
`
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Handle puts a handler before the server's own answers; the last one given is asked first.
func (s *Server) Handle(h Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers = append(s.handlers, h)
}

// On puts a handler before the answers to one method ("" for all) on paths with an ending.
func (s *Server) On(method, ending string, h http.HandlerFunc) {
	s.Handle(func(w http.ResponseWriter, r *http.Request) bool {
		if (method != "" && r.Method != method) || !strings.HasSuffix(r.URL.Path, ending) {
			return false
		}
		h(w, r)
		return true
	})
}

// Requests are those so far, as "METHOD /path".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Writes are the requests so far that may change something.
func (s *Server) Writes() []string {
	return slices.DeleteFunc(s.Requests(), func(r string) bool {
		return strings.HasPrefix(r, "GET ") || strings.HasSuffix(r, "/selfsubjectreviews")
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	// Read at once: only then is it noticed that the client went away.
	sent, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	s.mu.Lock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	handlers := slices.Clone(s.handlers)
	s.mu.Unlock()
	for _, h := range slices.Backward(handlers) {
		if h(w, r) {
			return
		}
	}
	s.answer(w, r)
}
