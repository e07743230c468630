package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func editor(t *testing.T, p *place) *config.Editor {
	t.Helper()
	e, err := p.sources().Editor()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const commented = `# bcpaas of the shop team

apiVersion: bcpaas.io/v1
kind: Config
currentProfile: prod   # see below


profiles:
    # production
    prod:
        project: shop # ours

        # two of them
        clusters:
            a.b: {context: x}
            c:
                context: y # why
        harbor:
            url: "https://harbor.example"
    # the last word
`

func TestEditKeepsCommentsOrderAndEmptyLines(t *testing.T) {
	for name, tt := range map[string]struct {
		edit     func(*config.Editor) (config.Change, error)
		path     string
		old, new string // what is replaced in the text
	}{
		"set": {
			func(e *config.Editor) (config.Change, error) { return e.Set(t.Context(), "project", "cart") },
			"profiles.prod.project", "project: shop # ours", "project: cart # ours",
		},
		"set what looks like another type": {
			func(e *config.Editor) (config.Change, error) { return e.Set(t.Context(), "project", "true") },
			"profiles.prod.project", "project: shop # ours", `project: "true" # ours`,
		},
		"set in a dotted name": {func(e *config.Editor) (config.Change, error) {
			return e.Set(t.Context(), `profiles.prod.clusters."a.b".context`, "z")
		}, `profiles.prod.clusters."a.b".context`, "{context: x}", "{context: z}"},
		"set keeps quotes": {func(e *config.Editor) (config.Change, error) {
			return e.Set(t.Context(), "harbor.url", "https://h2.example")
		}, "profiles.prod.harbor.url", `"https://harbor.example"`, `"https://h2.example"`},
		"set something new": {
			func(e *config.Editor) (config.Change, error) { return e.Set(t.Context(), "harbor.user", "robot") },
			"profiles.prod.harbor.user", "https://harbor.example\"\n", "https://harbor.example\"\n            user: robot\n",
		},
		"set the default cluster by the name of the flag": {
			func(e *config.Editor) (config.Change, error) { return e.Set(t.Context(), "cluster", "c") },
			"profiles.prod.defaultCluster", "https://harbor.example\"\n", "https://harbor.example\"\n        defaultCluster: c\n",
		},
		"set a list": {func(e *config.Editor) (config.Change, error) {
			return e.Set(t.Context(), "protectedProjects", "a, b")
		}, "profiles.prod.protectedProjects", "https://harbor.example\"\n", "https://harbor.example\"\n        protectedProjects:\n            - a\n            - b\n"},
		"unset": {
			func(e *config.Editor) (config.Change, error) { return e.Unset(t.Context(), "clusters.c.context") },
			"profiles.prod.clusters.c.context", "            c:\n                context: y # why\n", "",
		},
		"unset the last field": {
			func(e *config.Editor) (config.Change, error) { return e.Unset(t.Context(), "harbor.url") },
			"profiles.prod.harbor.url", "        harbor:\n            url: \"https://harbor.example\"\n", "",
		},
	} {
		p := newPlace(t)
		p.writeConfig(t, commented)
		change, err := tt.edit(editor(t, p))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := (config.Change{File: p.config(), Path: tt.path, Changed: true}); change != want {
			t.Errorf("%s: got %+v, want %+v", name, change, want)
		}
		want := strings.Replace(strings.Replace(commented, "prod   # see", "prod # see", 1), tt.old, tt.new, 1)
		if diff := cmp.Diff(want, p.read(t)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestEditMakesTheFile(t *testing.T) {
	p := newPlace(t)
	e := editor(t, p)
	for _, step := range []struct{ path, value string }{
		{"project", "shop"}, {"timeout", "0"}, {"directory.readOnly", "true"}, {`clusters."生产.1".context`, "x"}, {"harbor.passwordCommand", `pass show "a b"`}, {"profiles.test.color", "never"},
	} {
		if _, err := e.Set(t.Context(), step.path, step.value); err != nil {
			t.Fatal(err)
		}
	}
	want := `apiVersion: bcpaas.io/v1
kind: Config
profiles:
  default:
    project: shop
    timeout: "0"
    directory:
      readOnly: true
    clusters:
      "生产.1":
        context: x
    harbor:
      passwordCommand: pass show "a b"
  test:
    color: never
currentProfile: default
`
	if diff := cmp.Diff(strings.ReplaceAll(want, `"生产.1"`, "生产.1"), p.read(t)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for path, mode := range map[string]os.FileMode{p.config(): 0o600, filepath.Dir(p.config()): 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	if settings := mustLoad(t, p); settings.Cluster != "生产.1" || settings.Project != "shop" || settings.Profile.Harbor.PasswordCommand[2] != "a b" {
		t.Errorf("got %+v", settings)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(p.config()), ".config.yaml.*"))
	if err != nil || len(left) != 1 || !strings.HasSuffix(left[0], ".lock") {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestEditOfAFileWithCommentsOnly(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, "# mine")
	if _, err := editor(t, p).Set(t.Context(), "profiles.a.project", "b"); err != nil {
		t.Fatal(err)
	}
	if got, want := p.read(t), "# mine\n\n"+head+"profiles:\n  a:\n    project: b\n"; got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestDoingWhatIsDoneChangesNothing(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, commented)
	e := editor(t, p)
	for name, edit := range map[string]func() (config.Change, error){
		"set":               func() (config.Change, error) { return e.Set(t.Context(), "project", "shop") },
		"use":               func() (config.Change, error) { return e.Use(t.Context(), "prod") },
		"unset":             func() (config.Change, error) { return e.Unset(t.Context(), "color") },
		"unset in nothing":  func() (config.Change, error) { return e.Unset(t.Context(), "dex.issuer") },
		"unset in no place": func() (config.Change, error) { return e.Unset(t.Context(), "profiles.none.color") },
	} {
		if change, err := edit(); err != nil || change.Changed || p.read(t) != commented {
			t.Errorf("%s: %+v %v", name, change, err)
		}
	}
	none := newPlace(t)
	if change, err := editor(t, none).Unset(t.Context(), "project"); err != nil || change.Changed {
		t.Errorf("no file: %+v %v", change, err)
	}
	if _, err := os.Stat(filepath.Join(none.home, ".config")); err == nil {
		t.Error("unset has made a folder")
	}
}

func TestUse(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, full)
	e := editor(t, p)
	_, err := e.Use(t.Context(), "tset")
	wantError(t, "misspelt", p, err, `choosing profile "tset": there is no such profile in HOME/.config/bcpaas/config.yaml`)
	if !fault.Is(err, fault.NotFound) || fault.ReportOf(err).Hint != `did you mean "test"?` {
		t.Errorf("got %+v", fault.ReportOf(err))
	}
	for _, name := range []string{"test", "生产.Beijing"} {
		if _, err := e.Use(t.Context(), name); err != nil || mustLoad(t, p).ProfileName != name {
			t.Errorf("use %s: %v", name, err)
		}
	}
	if _, err := e.Use(t.Context(), config.Implicit); err != nil || mustLoad(t, p).ProfileName != "" {
		t.Errorf("use none: %v", err)
	}
}

func TestEditsThatAreRefused(t *testing.T) {
	for name, tt := range map[string]struct{ path, value, want string }{
		"secret":           {"harbor.password", "hunter2", "profiles.prod.harbor.password: secrets are not kept in the config: use passwordFile or passwordCommand"},
		"secret in a url":  {"harbor.url", "https://a:hunter2@b", "changing profiles.prod.harbor.url: " + "secrets are not kept in the config: write the URL without user and password"},
		"unknown":          {"harbor.usr", "x", `unknown key profiles.prod.harbor.usr, did you mean "user"?`},
		"unknown, far":     {"profiles.prod.catalog.zzzzzz", "x", `unknown key profiles.prod.catalog.zzzzzz; known here: store, address, database, user, passwordFile, passwordCommand, caFile`},
		"a whole":          {"harbor", "x", "setting profiles.prod.harbor: it is not one value, set something in it"},
		"below a value":    {"project.x", "x", "profiles.prod.project is one value, it has no field x"},
		"list item":        {"protectedProjects[0]", "x", "profiles.prod.protectedProjects can't be set item by item: give the whole list, as a,b,c"},
		"wrong value":      {"auth", "ldap", "changing profiles.prod.auth: " + "auth must be dex or kubeconfig, not \"ldap\""},
		"wrong bool":       {"directory.readOnly", "yes", "changing profiles.prod.directory.readOnly: " + `readOnly must be true or false, not the text "yes": write true`},
		"wrong timeout":    {"timeout", "5", "changing profiles.prod.timeout: " + `timeout can't be "5": write a duration as 90s, 5m, 4h, 2d or 1h30m, or 0 for no limit`},
		"no such cluster":  {"defaultCluster", "d", "changing profiles.prod.defaultCluster: " + `there is no cluster "d"`},
		"version":          {"apiVersion", "v2", "changing apiVersion: " + `apiVersion must be bcpaas.io/v1, not "v2"`},
		"path":             {"a..b", "x", `reading path "a..b": "..b" can't follow "a"`},
		"empty path":       {"", "x", "the key is empty"},
		"invisible name":   {`profiles."a\u200b".project`, "x", "changing profiles.\"a\\u200b\".project: " + `a profile can't be named "a\u200b": it has characters that can't be seen`},
		"control in value": {"project", "a\x1b[1mb", ""},
	} {
		p := newPlace(t)
		p.writeConfig(t, commented)
		_, err := editor(t, p).Set(t.Context(), tt.path, tt.value)
		if tt.want != "" {
			wantError(t, name, p, err, tt.want)
			if err != nil && !fault.Is(err, fault.Usage) {
				t.Errorf("%s: kind %s", name, fault.KindOf(err).Code())
			}
		}
		if err != nil && p.read(t) != commented {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestWhichProfileIsMeant(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, head+"profiles: {a: {}, b: {}}\n")
	_, err := editor(t, p).Set(t.Context(), "project", "x")
	wantError(t, "none is current", p, err, "setting project: no profile is the current one")
	p.env["BCPAAS_PROFILE"] = "b"
	if change, err := editor(t, p).Set(t.Context(), "project", "x"); err != nil || change.Path != "profiles.b.project" {
		t.Errorf("by a variable: %+v %v", change, err)
	}
	p.flags["profile"] = "c"
	_, err = editor(t, p).Set(t.Context(), "project", "x")
	wantError(t, "misspelt", p, err, `choosing profile "c" (flag --profile): there is no such profile in HOME/.config/bcpaas/config.yaml`)
	p.flags["profile"] = config.Implicit
	_, err = editor(t, p).Set(t.Context(), "project", "x")
	wantError(t, "implicit", p, err, "setting project: profile (kubeconfig) is not in a file")
}
