//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// imagesProduct is the program that builds images from static binaries and pushes them.
func imagesProduct() product {
	return moduleProduct("images", "images", ".", "", "the program that pushes images; under a minute")
}

func demoProduct(version string) product {
	return product{name: "demo-" + version, dir: "test/lab/demoapp", pkg: ".", ldflags: "-s -w -X main.version=" + version, about: "the demo app"}
}

func pauseProduct() product {
	return product{name: "pause", dir: "test/lab/pause", pkg: ".", ldflags: "-s -w", about: "the process that holds a pod's namespaces"}
}

func imageProducts() []product {
	return []product{demoProduct("1"), demoProduct("2"), pauseProduct()}
}

// image is what the images program is told: a single layer of files from this machine, and how it is run.
type image struct {
	Name       string            `json:"name"`
	Files      map[string]string `json:"files"`           // path in the image: file here
	Texts      map[string]string `json:"texts,omitempty"` // path in the image: content
	Links      map[string]string `json:"links,omitempty"` // path in the image: where it points
	Dirs       []string          `json:"dirs,omitempty"`
	Entrypoint []string          `json:"entrypoint,omitempty"`
	Cmd        []string          `json:"cmd,omitempty"`
	User       string            `json:"user,omitempty"`
	Port       string            `json:"port,omitempty"`
}

// pushRequest is the images program's input.
type pushRequest struct {
	Registry     string  `json:"registry"`
	User         string  `json:"user,omitempty"`
	PasswordFile string  `json:"passwordFile,omitempty"`
	Images       []image `json:"images"`
}

const (
	pauseImage   = "pause:3.10"
	busyboxImage = "busybox:1"
)

// imageSet is what both registries hold.
func (l *lab) imageSet() ([]image, error) {
	paths := map[string]string{}
	for _, p := range imageProducts() {
		program, _, err := l.built(p)
		if err != nil {
			return nil, err
		}
		paths[p.name] = program
	}
	passwd := map[string]string{"/etc/passwd": "root:x:0:0:root:/:/bin/sh\napp:x:10001:10001:app:/:/bin/sh\n", "/etc/group": "root:x:0:\napp:x:10001:\n"}
	set := []image{
		{Name: pauseImage, Files: map[string]string{"/pause": paths["pause"]}, Entrypoint: []string{"/pause"}, User: "65535"},
		{
			Name: busyboxImage, Texts: passwd, Links: busyboxLinks(), Dirs: []string{"/tmp"}, Cmd: []string{"/bin/sh"},
			Files: map[string]string{"/bin/busybox": filepath.Join(l.debianRoot(registryPackages()), "bin/busybox")},
		},
	}
	for _, version := range []string{"1", "2"} {
		set = append(set, image{
			Name: "demo:" + version, Texts: passwd, Files: map[string]string{"/demo": paths["demo-"+version]}, Dirs: []string{"/tmp"},
			Entrypoint: []string{"/demo"}, User: "10001", Port: "8080/tcp",
		})
	}
	return set, nil
}

// busyboxLinks are the commands people use when they look into a container.
func busyboxLinks() map[string]string {
	links := map[string]string{}
	for _, name := range strings.Fields("sh ash cat ls ps env echo sleep id date wget nslookup nc ping top kill grep head tail wc " +
		"mkdir rm cp mv touch test true false dd df du free hostname ip mount netstat od printf seq sort stat tar tr uname vi which yes xargs find sed awk") {
		links["/bin/"+name] = "/bin/busybox"
	}
	return links
}

// imagesDigest changes with the images: the cache's paths carry their sources' hashes.
func (l *lab) imagesDigest() (string, error) {
	set, err := l.imageSet()
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(set)
	if err != nil {
		return "", fmt.Errorf("listing the images: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])[:16], nil
}

// dropStaleImages has containerd forget the lab's images when they were built anew under the same tags.
func dropStaleImages(ctx context.Context, l *lab) error {
	digest, err := l.imagesDigest()
	if err != nil || l.state.stamp("images on the node") == digest {
		return err
	}
	set, err := l.imageSet()
	if err != nil {
		return err
	}
	args := []string{"images", "remove"}
	for _, i := range set {
		args = append(args, l.loopback("registry")+"/"+i.Name, l.loopback("registry-private")+"/"+i.Name)
	}
	if err := quiet(ctx, l.path("bin", "ctr"), args...); err != nil {
		return fmt.Errorf("dropping stale images: %w", err)
	}
	return l.state.change(func(r *record) { r.Stamps["images on the node"] = digest })
}

// pushImages has a registry hold the lab's images; what it already holds is not sent again.
func (l *lab) pushImages(ctx context.Context, registry string) error {
	set, err := l.imageSet()
	if err != nil {
		return err
	}
	request := pushRequest{Registry: l.loopback(registry), Images: set}
	if registry == "registry-private" {
		request.User, request.PasswordFile = privateUser, l.passwordFile()
	}
	data, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("pushing images: %w", err)
	}
	// When the request is the same (see imagesDigest), so are the images.
	stamp := l.path(registry, "data", "pushed.json")
	if before, err := os.ReadFile(stamp); err == nil && bytes.Equal(before, data) {
		return nil
	}
	program, err := l.link(imagesProduct(), "lab-images")
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "push")
	cmd.Stdin = bytes.NewReader(data)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pushing images to %s: %w: %s", registry, err, strings.TrimSpace(string(said)))
	}
	return writeFile(stamp, data, 0o600)
}
