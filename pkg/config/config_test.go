package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/config"
)

// place is a home folder with a repository in it, and an environment.
type place struct {
	home, work string
	env        map[string]string
	flags      map[string]string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	home := t.TempDir()
	p := &place{home: home, work: filepath.Join(home, "repo", "sub"), env: map[string]string{}, flags: map[string]string{}}
	p.write(t, filepath.Join("repo", "sub", "x"), "")
	return p
}

func (p *place) sources() config.Sources {
	return config.Sources{Getenv: func(name string) string { return p.env[name] }, HomeDir: p.home, WorkDir: p.work, Flags: p.flags}
}

func (p *place) config() string { return filepath.Join(p.home, ".config", "bcpaas", "config.yaml") }

func (p *place) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(p.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (p *place) writeConfig(t *testing.T, content string) {
	t.Helper()
	p.write(t, filepath.Join(".config", "bcpaas", "config.yaml"), content)
}

func (p *place) read(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(p.config())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const head = "apiVersion: bcpaas.io/v1\nkind: Config\n"

// full has everything that a config can say.
const full = head + `currentProfile: 生产.Beijing

profiles:
  # the one that counts
  生产.Beijing:
    clusters:
      Prod.1: {context: admin@prod, kubeconfig: kube/prod}
      prod-2:
        context: prod2
    defaultCluster: Prod.1
    project: shop
    protectedProjects: [payments, ledger]
    output: wide
    timeout: 1d12h
    dex: {issuer: "https://dex.example", clientID: bcpaas, caFile: ~/ca.pem}
    directory: {url: "ldaps://ldap.example", baseDN: "dc=example", bindDN: "cn=x", bindPasswordFile: /run/secret, readOnly: true}
    catalog: {store: mysql, address: "db:3306", database: perm, user: perm, passwordCommand: pass show "perm db"}
    harbor: {url: "https://harbor.example", user: robot, passwordCommand: [vault, read, a b]}
    prometheus: {url: "https://prom.example", tokenFile: token}
    alertmanager: {url: "https://am.example"}
    elasticsearch: {url: "https://es.example"}
    kafka: {brokers: ["k1:9092", "k2:9092"]}
  test: {}
`

func mustLoad(t *testing.T, p *place) *config.Settings {
	t.Helper()
	settings, err := config.Load(p.sources())
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

// wantError checks that err reads as want, in which HOME stands for the home folder.
func wantError(t *testing.T, name string, p *place, err error, want string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %s", name, want)
		return
	}
	if got := strings.ReplaceAll(err.Error(), p.home, "HOME"); got != want {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}
