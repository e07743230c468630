package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

const broken = head + `currentProfile: ofice
profiles:
  office:
    projct: shop
    color: sometimes
    output: jsno
    harbor:
      password: hunter2
      url: harbor.example
`

// Each error with its exit code, its code, and what is said with the hint. No edit that fails touches the file.
func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		content string
		args    []string
		exit    int
		code    string
		said    string
	}{
		"use of an unknown profile": {
			two,
			[]string{"use", "ofice"},
			3, "profile_not_found",
			"choosing profile \"ofice\": there is no such profile in HOME/xdg/bcpaas/config.yaml\ndid you mean \"office\"?",
		},
		"use of one like no other": {
			two,
			[]string{"use", "x"},
			3, "profile_not_found",
			"choosing profile \"x\": there is no such profile in HOME/xdg/bcpaas/config.yaml\nthere are: lab 1, office",
		},
		"use where there are none": {
			"",
			[]string{"use", "x"},
			3, "profile_not_found",
			"choosing profile \"x\": there is no such profile in HOME/xdg/bcpaas/config.yaml\n" +
				"make one with: bcpaas config set profiles.NAME.clusters.CLUSTER.context CONTEXT",
		},
		"view of an unknown profile": {
			two,
			[]string{"view", "--profile", "ofice"},
			3, "profile_not_found",
			"choosing profile \"ofice\" (flag --profile): there is no such profile in HOME/xdg/bcpaas/config.yaml\ndid you mean \"office\"?",
		},
		"view of an unknown cluster": {
			two,
			[]string{"view", "--cluster", "prd"},
			3, "cluster_not_found",
			"choosing cluster \"prd\" (flag --cluster): there is no such cluster in profile office\ndid you mean \"prod\"?",
		},
		"set in an unknown profile": {
			two,
			[]string{"set", "project", "x", "--profile", "ofice"},
			3, "profile_not_found",
			"choosing profile \"ofice\" (flag --profile): there is no such profile in HOME/xdg/bcpaas/config.yaml\ndid you mean \"office\"?",
		},
		"set of an unknown key": {
			two,
			[]string{"set", "projct", "x"},
			2, "unknown_key",
			"unknown key profiles.office.projct, did you mean \"project\"?\n",
		},
		"set of a wrong value": {
			two,
			[]string{"set", "color", "sometimes"},
			2, "usage",
			"changing profiles.office.color: color must be auto, always or never, not \"sometimes\"\nnothing was changed",
		},
		"set of a wrong format": {
			two,
			[]string{"set", "output", "jsno"},
			2, "usage",
			"setting output: unknown value \"jsno\" for -o\n" +
				"did you mean -o json? valid: table, wide, json, yaml, csv, name, ndjson, jsonpath=, go-template=",
		},
		"set of a secret": {
			two,
			[]string{"set", "harbor.password", "hunter2"},
			2, "secret_in_config",
			"profiles.office.harbor.password: secrets are not kept in the config: use passwordFile or passwordCommand\n",
		},
		"set of nothing": {
			two,
			[]string{"set", "project", ""},
			2, "usage",
			"setting project: the value is empty\nto remove it: bcpaas config unset project",
		},
		"unset of an unknown key": {
			two,
			[]string{"unset", "projct"},
			2, "unknown_key",
			"unknown key profiles.office.projct, did you mean \"project\"?\n",
		},
		"unset of the current profile": {
			two,
			[]string{"unset", "profiles.office"},
			2, "in_use",
			"removing profiles.office: currentProfile names profiles.office\nnothing was changed: change or unset currentProfile first",
		},
		"unset of all profiles": {
			two,
			[]string{"unset", "profiles"},
			2, "in_use",
			"removing profiles: currentProfile names profiles.office\nnothing was changed: change or unset currentProfile first",
		},
		"unset of the default cluster": {
			two,
			[]string{"unset", "clusters.test"},
			2, "in_use",
			"removing profiles.office.clusters.test: profiles.office.defaultCluster names profiles.office.clusters.test\n" +
				"nothing was changed: change or unset profiles.office.defaultCluster first",
		},
		"list of a broken file": {broken, []string{"list"}, 2, "invalid_file", ""},
		"view of a broken file": {broken, []string{"view"}, 2, "invalid_file", ""},
		"validate": {broken, []string{"validate"}, 2, "invalid_file", `HOME/xdg/bcpaas/config.yaml:3:17: there is no profile "ofice", did you mean "office"?
HOME/xdg/bcpaas/config.yaml:6:5: unknown field "projct", did you mean "project"?
HOME/xdg/bcpaas/config.yaml:7:12: color must be auto, always or never, not "sometimes"
HOME/xdg/bcpaas/config.yaml:10:7: secrets are not kept in the config: use passwordFile or passwordCommand
HOME/xdg/bcpaas/config.yaml:11:12: url must be a URL such as https://host
change the file with an editor, or one value with: bcpaas config set KEY VALUE, bcpaas config unset KEY`},
		"validate a format": {
			head + "profiles:\n  a.b:\n    output: jsno\n",
			[]string{"validate"},
			2, "invalid_file",
			"HOME/xdg/bcpaas/config.yaml:5:13: output can't be \"jsno\": unknown value \"jsno\" for -o\n" +
				"change the file with an editor, or one value with: bcpaas config set KEY VALUE, bcpaas config unset KEY",
		},
		"validate what is no YAML": {"a: [", []string{"validate"}, 2, "invalid_file", ""},
		"validate a file that is not there": {
			"",
			[]string{"validate", "nope.yaml"},
			2, "usage",
			"reading config nope.yaml: no such file or directory\n",
		},
		"no verb": {"", []string{"lst"}, 2, "usage", "bcpaas config has no command \"lst\"\ndid you mean: bcpaas config list"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, tt.content)
			got := p.run(t, append([]string{"config"}, tt.args...)...)
			if got.err == nil {
				t.Fatalf("no error; got %+v", got)
			}
			report := fault.ReportOf(got.err)
			if report.ExitCode != tt.exit || report.Code != tt.code || fault.ExitCode(got.err) != tt.exit {
				t.Errorf("got exit code %d and code %s, want %d and %s", report.ExitCode, report.Code, tt.exit, tt.code)
			}
			if said := got.said(p); tt.said != "" && said != tt.said {
				t.Errorf("-want +got\n%s", cmp.Diff(tt.said, said))
			}
			if got.out != "" || got.errs != "" || strings.Contains(got.said(p), "hunter2") {
				t.Errorf("printed %q %q %s", got.out, got.errs, got.said(p))
			}
			if tt.content != "" && p.read(t) != tt.content {
				t.Errorf("the file is %q", p.read(t))
			}
		})
	}
}

// A broken file can be looked for, checked and mended, in the format that was asked for.
func TestMendABrokenFile(t *testing.T) {
	p := newPlace(t, broken)
	for _, args := range []string{
		"path -o name", "set currentProfile office -o name", "set output json -o name", "unset projct -o name", "set color never -o name",
		"unset harbor.password -o name", "set harbor.url https://harbor.example -o name", "validate -o name",
	} {
		got := p.run(t, append([]string{"config"}, strings.Fields(args)...)...)
		if got.err != nil || strings.Count(got.out, "\n") != 1 || strings.HasPrefix(got.out, "{") {
			t.Errorf("%s: %+v", args, got)
		}
	}
	want := head + "currentProfile: office\nprofiles:\n  office:\n    color: never\n    output: json\n    harbor:\n      url: https://harbor.example\n"
	if diff := cmp.Diff(want, p.read(t)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestUseMendsAMissingCurrentProfile(t *testing.T) {
	p := newPlace(t, head+"currentProfile: gone\nprofiles:\n  a: {}\n")
	if got := p.run(t, "config", "use", "a"); got.err != nil || got.errs != "the current profile is a now in HOME/xdg/bcpaas/config.yaml\n" {
		t.Errorf("got %+v", got)
	}
}

// No problem is left out, however many there are.
func TestValidateTellsAll(t *testing.T) {
	content := head + "profiles:\n  p:\n    clusters:\n"
	for i := range 30 {
		content += fmt.Sprintf("      c%d: {contxt: x}\n", i)
	}
	p := newPlace(t, content)
	got := p.run(t, "config", "validate")
	if said := got.said(p); strings.Count(said, `did you mean "context"?`) != 30 || strings.Contains(said, "more") {
		t.Errorf("got %s", said)
	}
}

func TestValidateAnotherFile(t *testing.T) {
	p := newPlace(t, broken)
	other := filepath.Join(p.home, "other.yaml")
	if err := os.WriteFile(other, []byte(two), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := p.run(t, "config", "validate", "other.yaml", "-o", "csv"); got.err != nil || got.out != "file,result,profiles\nother.yaml,valid,2\n" {
		t.Errorf("got %+v", got)
	}
	p.vars["BCPAAS_CONFIG"] = "nope.yaml"
	got := p.run(t, "config", "validate")
	if fault.ExitCode(got.err) != 2 || fault.ReportOf(got.err).Code != "config_not_found" {
		t.Errorf("got %+v", got)
	}
	if got := p.run(t, "config", "path"); got.err != nil || got.out != "nope.yaml\n" ||
		got.errs != "there is no such file, although BCPAAS_CONFIG names it: bcpaas config set makes it\n" {
		t.Errorf("got %+v", got)
	}
}

func TestNoHome(t *testing.T) {
	p := newPlace(t, "")
	p.vars = nil
	for _, args := range []string{"path", "set project x", "unset project", "use x"} {
		got := p.run(t, append([]string{"config"}, strings.Fields(args)...)...)
		if fault.ExitCode(got.err) != 2 || fault.ReportOf(got.err).Hint != "name the file with BCPAAS_CONFIG" {
			t.Errorf("%s: %+v", args, got)
		}
	}
	if got := p.run(t, "config", "list", "-q"); got.err != nil {
		t.Errorf("list: %v", got.err)
	}
}

// The keys of the help are those that the file can have.
func TestKeysAreThoseOfTheFile(t *testing.T) {
	want := fields(reflect.TypeFor[config.Profile](), "")
	var got []string
	for _, k := range keys() {
		got = append(got, k.path)
		if k.meaning == "" {
			t.Errorf("%s means nothing", k.path)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-fields +keys\n%s", diff)
	}
}

func fields(of reflect.Type, path string) []string {
	if of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	switch of.Kind() {
	case reflect.Map:
		return fields(of.Elem(), path+".NAME")
	case reflect.Struct:
		var found []string
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			found = append(found, fields(of.Field(i).Type, strings.TrimPrefix(path+"."+name, "."))...)
		}
		return found
	default:
		return []string{path}
	}
}

func TestEndpointsAreThoseOfTheFile(t *testing.T) {
	var profile config.Profile
	var want []string
	value := reflect.ValueOf(&profile).Elem()
	for i := range value.NumField() {
		if field := value.Type().Field(i); field.Type.Kind() == reflect.Pointer && field.Type.Elem().Kind() == reflect.Struct {
			value.Field(i).Set(reflect.New(field.Type.Elem()))
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			want = append(want, name)
		}
	}
	if diff := cmp.Diff(want, endpoints(&profile)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
