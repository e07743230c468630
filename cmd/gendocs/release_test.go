package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// release is what the tests look at of .goreleaser.yaml.
type release struct {
	Version int `yaml:"version"`
	Builds  []struct {
		Main         string   `yaml:"main"`
		Env          []string `yaml:"env"`
		OS           []string `yaml:"goos"`
		Arch         []string `yaml:"goarch"`
		Flags        []string `yaml:"flags"`
		Linker       []string `yaml:"ldflags"`
		ModTimestamp string   `yaml:"mod_timestamp"`
	} `yaml:"builds"`
	Archives []struct {
		Files []struct {
			Source string            `yaml:"src"`
			Info   map[string]string `yaml:"info"`
		} `yaml:"files"`
	} `yaml:"archives"`
	Packages []struct {
		Formats  []string `yaml:"formats"`
		Contents []struct {
			Source   string         `yaml:"src"`
			To       string         `yaml:"dst"`
			Packager string         `yaml:"packager"`
			Info     map[string]any `yaml:"file_info"`
		} `yaml:"contents"`
	} `yaml:"nfpms"`
}

func readRelease(t *testing.T) release {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(module, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var out release
	if err := yaml.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	if out.Version != 2 || len(out.Builds) != 1 || len(out.Archives) != 1 || len(out.Packages) != 1 {
		t.Fatalf("%+v", out)
	}
	return out
}

// What is built here by make build-all is what is released.
func TestReleaseTargetsAreThoseOfTheMakefile(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(module, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	built := regexp.MustCompile(`\b(?:linux|darwin|windows)/(?:amd64|arm64)\b`).FindAllString(string(makefile), -1)
	slices.Sort(built)
	built = slices.Compact(built)
	var released []string
	for _, system := range readRelease(t).Builds[0].OS {
		for _, arch := range readRelease(t).Builds[0].Arch {
			released = append(released, system+"/"+arch)
		}
	}
	slices.Sort(released)
	if len(released) != 6 || !slices.Equal(built, released) {
		t.Errorf("make build-all builds %v, a release %v", built, released)
	}
}

func TestReleaseBuildsAreReproducible(t *testing.T) {
	build := readRelease(t).Builds[0]
	if !slices.Contains(build.Env, "CGO_ENABLED=0") || !slices.Contains(build.Flags, "-trimpath") || build.ModTimestamp != "{{ .CommitTimestamp }}" {
		t.Errorf("%+v", build)
	}
	for _, archived := range readRelease(t).Archives[0].Files {
		if archived.Info["mtime"] != "{{ .CommitDate }}" {
			t.Errorf("%s: its time is not the commit's", archived.Source)
		}
	}
	for _, packaged := range readRelease(t).Packages[0].Contents {
		if packaged.Info["mtime"] != "{{ .CommitDate }}" || packaged.Info["mode"] != 0o644 {
			t.Errorf("%s: its time is not the commit's, or its mode is not 0644: %v", packaged.Source, packaged.Info)
		}
	}
}

// The linker sets a variable by its name: when it moves, nothing but a test notices.
func TestTheLinkerSetsAVariableThatIsThere(t *testing.T) {
	build := readRelease(t).Builds[0]
	name := regexp.MustCompile(`-X github\.com/bcpaas/bcpaas/(\S+)\.(\w+)=`).FindStringSubmatch(strings.Join(build.Linker, " "))
	if name == nil {
		t.Fatalf("%v", build.Linker)
	}
	found := false
	for _, file := range parsed(t, name[1]) {
		found = found || file.Scope.Lookup(name[2]) != nil
	}
	if !found {
		t.Errorf("%s has no %s", name[1], name[2])
	}
	if _, err := os.Stat(filepath.Join(module, build.Main, "main.go")); err != nil {
		t.Error(err)
	}
}

func TestEveryFileOfAReleaseIsThere(t *testing.T) {
	from := readRelease(t)
	var patterns []string
	for _, archived := range from.Archives[0].Files {
		patterns = append(patterns, archived.Source)
	}
	for _, packaged := range from.Packages[0].Contents {
		patterns = append(patterns, packaged.Source)
	}
	for _, pattern := range patterns {
		if files, err := filepath.Glob(filepath.Join(module, pattern)); err != nil || len(files) == 0 {
			t.Errorf("%s matches no file (%v)", pattern, err)
		}
	}
	for _, needed := range []string{"README.md", "LICENSE", "completions/*", "man/man1/*.1"} {
		if !slices.Contains(patterns, needed) {
			t.Errorf("the archives don't hold %s", needed)
		}
	}
}

// Each shell looks in places of its own.
func TestPackagesPutFilesWhereTheyAreLookedFor(t *testing.T) {
	for _, format := range []string{"deb", "rpm"} {
		packages := readRelease(t).Packages[0]
		if !slices.Contains(packages.Formats, format) {
			t.Errorf("no %s", format)
		}
		zsh := map[string]string{"deb": "/usr/share/zsh/vendor-completions/_bcpaas", "rpm": "/usr/share/zsh/site-functions/_bcpaas"}[format]
		for _, want := range []string{
			"/usr/share/man/man1/", "/usr/share/bash-completion/completions/bcpaas", zsh, "/usr/share/fish/vendor_completions.d/bcpaas.fish",
		} {
			found := false
			for _, packaged := range packages.Contents {
				found = found || packaged.To == want && (packaged.Packager == "" || packaged.Packager == format)
			}
			if !found {
				t.Errorf("the %s holds no %s", format, want)
			}
		}
	}
}
