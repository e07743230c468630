// The lab's images program: it makes container images out of static binaries and pushes them to a registry. It also hashes a
// password the way a registry's htpasswd file wants it, which needs bcrypt.
//
//	images push < request.json
//	images htpasswd USER < password
package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"golang.org/x/crypto/bcrypt"
)

// image and request are the launcher's, in test/lab/images.go.
type image struct {
	Name       string            `json:"name"`
	Files      map[string]string `json:"files"`
	Texts      map[string]string `json:"texts"`
	Links      map[string]string `json:"links"`
	Dirs       []string          `json:"dirs"`
	Entrypoint []string          `json:"entrypoint"`
	Cmd        []string          `json:"cmd"`
	User       string            `json:"user"`
	Port       string            `json:"port"`
}

type request struct {
	Registry     string  `json:"registry"`
	User         string  `json:"user"`
	PasswordFile string  `json:"passwordFile"`
	Images       []image `json:"images"`
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "push":
		var asked request
		if err := json.NewDecoder(in).Decode(&asked); err != nil {
			return fmt.Errorf("reading the request: %w", err)
		}
		return push(asked, out)
	case len(args) == 2 && args[0] == "htpasswd":
		password, err := io.ReadAll(in)
		if err != nil {
			return fmt.Errorf("reading the password: %w", err)
		}
		hash, err := bcrypt.GenerateFromPassword(bytes.TrimSpace(password), bcrypt.MinCost) // a lab's password, on loopback
		if err != nil {
			return fmt.Errorf("hashing the password: %w", err)
		}
		_, err = fmt.Fprintf(out, "%s:%s\n", args[1], hash)
		return err
	}
	return errors.New("usage: images push < request.json | images htpasswd USER < password")
}

func push(asked request, out io.Writer) error {
	options := []remote.Option{}
	if asked.User != "" {
		password, err := os.ReadFile(asked.PasswordFile)
		if err != nil {
			return fmt.Errorf("reading the password: %w", err)
		}
		options = append(options, remote.WithAuth(&authn.Basic{Username: asked.User, Password: strings.TrimSpace(string(password))}))
	}
	for _, i := range asked.Images {
		tag, err := name.NewTag(asked.Registry+"/"+i.Name, name.Insecure)
		if err != nil {
			return fmt.Errorf("pushing %s: %w", i.Name, err)
		}
		built, err := i.build()
		if err != nil {
			return fmt.Errorf("building %s: %w", i.Name, err)
		}
		digest, err := built.Digest()
		if err != nil {
			return fmt.Errorf("building %s: %w", i.Name, err)
		}
		if have, err := remote.Head(tag, options...); err == nil && have.Digest == digest {
			continue
		}
		if err := remote.Write(tag, built, options...); err != nil {
			return fmt.Errorf("pushing %s: %w", i.Name, err)
		}
		fmt.Fprintf(out, "%s %s\n", i.Name, digest)
	}
	return nil
}

// build makes the image; the same files give the same digest, so all times are the epoch.
func (i image) build() (v1.Image, error) {
	layer, err := i.layer()
	if err != nil {
		return nil, err
	}
	content := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer)), nil }
	opened, err := tarball.LayerFromOpener(content)
	if err != nil {
		return nil, err
	}
	img, err := mutate.AppendLayers(empty.Image, opened)
	if err != nil {
		return nil, err
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", runtime.GOARCH
	file.Created = v1.Time{Time: time.Unix(0, 0).UTC()}
	file.Config = v1.Config{Entrypoint: i.Entrypoint, Cmd: i.Cmd, User: i.User, Env: []string{"PATH=/bin:/usr/bin:/"}, WorkingDir: "/"}
	if i.Port != "" {
		file.Config.ExposedPorts = map[string]struct{}{i.Port: {}}
	}
	return mutate.ConfigFile(img, file)
}

// layer writes the image's one layer as a tar archive.
func (i image) layer() ([]byte, error) {
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	dirs := map[string]int64{}
	for _, dir := range i.Dirs {
		dirs[dir] = 0o1777
	}
	for _, group := range []map[string]string{i.Files, i.Texts, i.Links} {
		for file := range group {
			if dir := path.Dir(file); dir != "/" && dirs[dir] == 0 {
				dirs[dir] = 0o755
			}
		}
	}
	for _, dir := range sorted(dirs) {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir[1:] + "/", Mode: dirs[dir]}); err != nil {
			return nil, err
		}
	}
	for _, file := range sorted(i.Files) {
		data, err := os.ReadFile(i.Files[file])
		if err != nil {
			return nil, err
		}
		if err := add(w, file, 0o755, data); err != nil {
			return nil, err
		}
	}
	for _, file := range sorted(i.Texts) {
		if err := add(w, file, 0o644, []byte(i.Texts[file])); err != nil {
			return nil, err
		}
	}
	for _, link := range sorted(i.Links) {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: link[1:], Linkname: i.Links[link], Mode: 0o777}); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return buffer.Bytes(), err
}

func add(w *tar.Writer, file string, mode int64, data []byte) error {
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file[1:], Mode: mode, Size: int64(len(data))}); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
