package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/config"
)

func TestABrokenFileCanBeMendedStepByStep(t *testing.T) {
	p := newPlace(t)
	p.writeConfig(t, head+"profiles:\n  a: {auth: x, colour: never, password: hunter2}\n")
	e := editor(t, p)
	for _, path := range []string{"profiles.a.colour", "profiles.a.password"} {
		if change, err := e.Unset(t.Context(), path); err != nil || !change.Changed {
			t.Errorf("unset %s: %+v %v", path, change, err)
		}
	}
	if _, err := e.Set(t.Context(), "profiles.a.auth", "dex"); err != nil {
		t.Error(err)
	}
	if _, err := config.Read(p.sources()); err != nil {
		t.Errorf("not mended: %v", err)
	}
	p.writeConfig(t, "apiVersion: bcpaas.io/v2\n")
	if _, err := e.Set(t.Context(), "profiles.a.auth", "dex"); err == nil || !strings.Contains(err.Error(), "use a newer bcpaas") {
		t.Errorf("a newer file: %v", err)
	}
}

func TestEditOddFiles(t *testing.T) {
	for name, tt := range map[string]struct{ source, path, want string }{
		"CRLF":      {"apiVersion: bcpaas.io/v1\r\nkind: Config\r\n\r\nprofiles: {a: {}}\r\n", "profiles.a.project", "apiVersion: bcpaas.io/v1\r\nkind: Config\r\n\r\nprofiles: {a: {project: x}}\r\n"},
		"null":      {head + "profiles:\n  a: # mine\n", "profiles.a.project", head + "profiles:\n  a: # mine\n    project: x\n"},
		"BOM":       {"\ufeff" + head + "profiles: {a: {}}\n", "profiles.a.project", head + "profiles: {a: {project: x}}\n"},
		"alias":     {head + "profiles: {a: &a {project: y}, b: *a}\n", "profiles.b.project", ""},
		"multiline": {head + "profiles:\n  a:\n    dex:\n      clientID: |\n        x\n\n        y\n\n    project: x\n", "profiles.a.dex.clientID", head + "profiles:\n  a:\n    dex:\n      clientID: x\n    project: x\n"},
		"text of several lines kept": {
			head + "profiles:\n  a:\n    dex:\n      clientID: |\n        x\n\n        y\n", "profiles.a.project",
			head + "profiles:\n  a:\n    dex:\n      clientID: |\n        x\n\n        y\n    project: x\n",
		},
	} {
		p := newPlace(t)
		p.writeConfig(t, tt.source)
		_, err := editor(t, p).Set(t.Context(), tt.path, "x")
		if tt.want == "" {
			wantError(t, name, p, err, "setting profiles.b.project: profiles.b is an alias (*a): change it with an editor")
			continue
		}
		if diff := cmp.Diff(tt.want, p.read(t)); err != nil || diff != "" {
			t.Errorf("%s: %v -want +got\n%s", name, err, diff)
		}
	}
}
