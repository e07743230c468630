//go:build unix

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const privateUser = "lab"

// registryComponent holds the images that the lab's pods run: on loopback, plain HTTP, open to all.
func registryComponent() component { return oneRegistry("registry", "the lab's images, open") }

// privateRegistryComponent asks for a user and a password: for pulls that are refused, and for pull secrets.
func privateRegistryComponent() component {
	return oneRegistry("registry-private", "the same images behind a password")
}

func oneRegistry(name, about string) component {
	return component{
		name: name, about: about, unavailable: machine.registryUnavailable,
		products: append([]product{imagesProduct()}, imageProducts()...), packages: registryPackages(),
		units: []unit{{
			name: name, ports: []string{name}, patience: 2 * time.Minute,
			command: func(ctx context.Context, l *lab) (command, error) { return registryCommand(ctx, l, name) },
			ready:   func(ctx context.Context, l *lab) error { return registryReady(ctx, l, name) },
			after:   func(ctx context.Context, l *lab) error { return l.pushImages(ctx, name) },
		}},
	}
}

func registryCommand(ctx context.Context, l *lab, name string) (command, error) {
	htpasswd := ""
	if name == "registry-private" {
		htpasswd = l.path(name, "htpasswd")
		if err := l.makePassword(ctx, htpasswd); err != nil {
			return command{}, err
		}
	}
	config := l.path(name, "config.yml")
	if err := writeFile(config, []byte(renderRegistry(l.loopback(name), l.path(name, "data"), htpasswd)), 0o600); err != nil {
		return command{}, err
	}
	basis, err := l.imagesDigest() // new images are pushed after a restart
	if err != nil {
		return command{}, err
	}
	program := filepath.Join(l.debianRoot(registryPackages()), "usr/bin/docker-registry")
	return command{path: program, args: []string{"serve", config}, files: []string{config}, basis: basis}, nil
}

func renderRegistry(address, data, htpasswd string) string {
	text := fmt.Sprintf(`version: 0.1
log: {level: info, accesslog: {disabled: false}}
storage:
  filesystem: {rootdirectory: %q}
  delete: {enabled: true}
http: {addr: %q}
`, data, address)
	if htpasswd != "" {
		text += fmt.Sprintf("auth:\n  htpasswd: {realm: bcpaas-lab, path: %q}\n", htpasswd)
	}
	return text
}

func (l *lab) passwordFile() string { return l.path("registry-private", "password") }

// makePassword makes up the private registry's password once.
func (l *lab) makePassword(ctx context.Context, htpasswd string) error {
	if _, err := os.Stat(htpasswd); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	password := rand.Text()
	program, err := l.link(imagesProduct(), "lab-images")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "htpasswd", privateUser)
	cmd.Stdin = strings.NewReader(password)
	line, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("hashing the private registry's password: %w", err)
	}
	if err := writeFile(l.passwordFile(), []byte(password), 0o600); err != nil {
		return err
	}
	return writeFile(htpasswd, line, 0o600)
}

// registryReady asks for the API's root: the open registry grants it, the private one must refuse.
func registryReady(ctx context.Context, l *lab, name string) error {
	err := getOK(ctx, nil, "http://"+l.loopback(name)+"/v2/")
	if name != "registry-private" {
		return err
	}
	if err == nil {
		return errors.New("the private registry lets everybody in")
	}
	if strings.Contains(err.Error(), fmt.Sprint(http.StatusUnauthorized)) {
		return nil
	}
	return err
}
