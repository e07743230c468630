//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

// kubeconfig is the file by which a user of the lab's cluster signs in; the admin's is the one for people and tests.
func (l *lab) kubeconfig(user string) string {
	if user == "admin" {
		return l.path("kubeconfig")
	}
	return l.path("kubernetes", user+".kubeconfig")
}

// writeKubeconfig writes it with the certificates inside, so that it can be copied elsewhere.
func (l *lab) writeKubeconfig(user string) error {
	p := pki{l}
	var parts []string
	for _, file := range []string{p.cert("ca"), p.cert(user), p.key(user)} {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("writing the kubeconfig of %s: %w", user, err)
		}
		parts = append(parts, base64.StdEncoding.EncodeToString(data))
	}
	text := renderKubeconfig("https://"+l.loopback("apiserver"), user, parts[0], parts[1], parts[2])
	if now, err := os.ReadFile(l.kubeconfig(user)); err == nil && string(now) == text {
		return nil
	}
	return writeFile(l.kubeconfig(user), []byte(text), 0o600)
}

func renderKubeconfig(server, user, ca, cert, key string) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: lab-%s
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: lab
  context:
    cluster: lab
    user: lab-%s
current-context: lab
`, server, ca, user, cert, key, user)
}

// apiClient talks to the control plane as the lab's admin.
func (l *lab) apiClient() (*http.Client, error) {
	p := pki{l}
	ca, err := os.ReadFile(p.cert("ca"))
	if err != nil {
		return nil, fmt.Errorf("reading the lab's CA: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(p.cert("admin"), p.key("admin"))
	if err != nil {
		return nil, fmt.Errorf("reading the admin's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
	}}, nil
}

// apiGet reads an object (or just its existence, when into is nil).
func (l *lab) apiGet(ctx context.Context, path string, into any) error {
	return l.apiDo(ctx, http.MethodGet, path, "", nil, into)
}

// apiApply makes or changes an object by server-side apply.
func (l *lab) apiApply(ctx context.Context, path string, object any) error {
	return l.apiDo(ctx, http.MethodPatch, path+"?fieldManager=bcpaas-lab&force=true", "application/apply-patch+yaml", object, nil)
}

func (l *lab) apiDo(ctx context.Context, method, path, contentType string, object, into any) error {
	client, err := l.apiClient()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	var body io.Reader
	if object != nil {
		data, err := json.Marshal(object)
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, "https://"+l.loopback("apiserver")+path, body)
	if err != nil {
		return fmt.Errorf("asking the API server: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", contentType)
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("asking the API server: %w", err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("asking the API server: %w", err)
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("asking the API server: %s %s answers %s: %.300s", method, path, response.Status, data)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("reading the API server's answer to %s: %w", path, err)
	}
	return nil
}
