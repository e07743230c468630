package config

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

func removeFile(t *testing.T, p *place) {
	t.Helper()
	if err := os.Remove(p.file()); err != nil {
		t.Fatal(err)
	}
}

// What edits say, and what they leave in the file. A second run of each changes nothing, and says so.
func TestEdits(t *testing.T) {
	for name, tt := range map[string]struct {
		args     []string
		old, new string // what is replaced in the file
		out      string
		first    string
		second   string
	}{
		"set": {
			args: []string{"set", "project", "cart"}, old: "project: shop # ours", new: "project: cart # ours",
			first:  "set profiles.office.project to cart in HOME/xdg/bcpaas/config.yaml\n",
			second: "profiles.office.project is cart already in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"set name": {
			args: []string{"set", "kafka.brokers", "k1:9092", "-o", "name"}, old: "['k1:9092', 'k2:9092']", new: "['k1:9092']",
			out:    "profiles.office.kafka.brokers\n",
			first:  "set profiles.office.kafka.brokers to k1:9092 in HOME/xdg/bcpaas/config.yaml\n",
			second: "profiles.office.kafka.brokers is k1:9092 already in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"set in another": {
			args: []string{"set", "color", "never", "--profile", "lab 1"}, old: "\"lab 1\": {}\n", new: "\"lab 1\":\n    color: never\n",
			first:  "set profiles.\"lab 1\".color to never in HOME/xdg/bcpaas/config.yaml\n",
			second: "profiles.\"lab 1\".color is never already in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"set quietly": {args: []string{"set", "project", "cart", "-q"}, old: "project: shop # ours", new: "project: cart # ours"},
		"unset": {
			args: []string{"unset", "harbor"}, old: "    harbor:\n      url: https://harbor.example\n", new: "",
			first:  "unset profiles.office.harbor in HOME/xdg/bcpaas/config.yaml\n",
			second: "profiles.office.harbor is not set in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"unset a profile": {
			args: []string{"unset", `profiles."lab 1"`, "-o", "name"}, old: "  \"lab 1\": {}\n", new: "", out: "profiles.\"lab 1\"\n",
			first:  "unset profiles.\"lab 1\" in HOME/xdg/bcpaas/config.yaml\n",
			second: "profiles.\"lab 1\" is not set in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"use": {
			args: []string{"use", "lab 1"}, old: "currentProfile: office", new: "currentProfile: lab 1",
			first:  "the current profile is lab 1 now in HOME/xdg/bcpaas/config.yaml\n",
			second: "the current profile is lab 1 already in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"use name": {
			args: []string{"use", "lab 1", "-o", "name"}, old: "currentProfile: office", new: "currentProfile: lab 1", out: "lab 1\n",
			first:  "the current profile is lab 1 now in HOME/xdg/bcpaas/config.yaml\n",
			second: "the current profile is lab 1 already in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
		"use none": {
			args: []string{"use", "(kubeconfig)"}, old: "currentProfile: office\n", new: "",
			first:  "no profile is current now in HOME/xdg/bcpaas/config.yaml: bcpaas uses the cluster that kubectl would use\n",
			second: "no profile is current in HOME/xdg/bcpaas/config.yaml: nothing to do\n",
		},
	} {
		p := newPlace(t, two)
		for i, said := range []string{tt.first, tt.second} {
			got := p.run(t, append([]string{"config"}, tt.args...)...)
			if got.err != nil || got.out != tt.out || got.errs != said {
				t.Errorf("%s, run %d: got %v %q %q, want %q %q", name, i+1, got.err, got.out, got.errs, tt.out, said)
			}
			if diff := cmp.Diff(strings.Replace(two, tt.old, tt.new, 1), p.read(t)); diff != "" {
				t.Errorf("%s, run %d: -want +got\n%s", name, i+1, diff)
			}
		}
	}
}

func TestUseTellsOfAVariableThatGoesBefore(t *testing.T) {
	p := newPlace(t, two)
	p.vars["BCPAAS_PROFILE"] = "office"
	got := p.run(t, "config", "use", "lab 1", "-o", "json")
	want := "{\n  \"key\": \"currentProfile\",\n  \"value\": \"lab 1\",\n  \"file\": \"HOME/xdg/bcpaas/config.yaml\",\n  \"changed\": true\n}\n"
	if got.err != nil || got.out != want || !strings.HasSuffix(got.errs, "\nBCPAAS_PROFILE names profile office and goes before it\n") {
		t.Errorf("got %+v", got)
	}
}

func TestSetTellsHowToUseAFirstProfile(t *testing.T) {
	p := newPlace(t, "")
	for _, step := range []struct{ key, want string }{
		{"profiles.a.project", "set profiles.a.project to x in HOME/xdg/bcpaas/config.yaml\nno profile is current yet; to use this one: bcpaas config use a\n"},
		{"currentProfile", "set currentProfile to a in HOME/xdg/bcpaas/config.yaml\n"},
		{"profiles.a.clusters.c.context", "set profiles.a.clusters.c.context to a in HOME/xdg/bcpaas/config.yaml\n"},
	} {
		value := map[bool]string{true: "x", false: "a"}[step.key == "profiles.a.project"]
		if got := p.run(t, "config", "set", step.key, value); got.err != nil || got.errs != step.want {
			t.Errorf("%s: got %+v", step.key, got)
		}
	}
	p = newPlace(t, "")
	if got := p.run(t, "config", "set", "project", "x"); got.err != nil || got.errs != "set profiles.default.project to x in HOME/xdg/bcpaas/config.yaml\n" {
		t.Errorf("got %+v", got)
	}
}

// A format that is wrong stops an edit before it is made.
func TestFormatBeforeEdit(t *testing.T) {
	for _, args := range [][]string{{"set", "project", "x"}, {"unset", "project"}, {"use", "lab 1"}} {
		p := newPlace(t, two)
		got := p.run(t, append([]string{"config", "-o", "jsno"}, args...)...)
		if fault.ExitCode(got.err) != 2 {
			t.Errorf("%q: %v", args, got.err)
		}
		if p.read(t) != two {
			t.Errorf("%q changed the file", args)
		}
	}
}

// A verb that can't print still says why, whatever it was about to do.
func TestNoPrinter(t *testing.T) {
	want := errors.New("no printer")
	none := func() (*output.Printer, error) { return nil, want }
	for name, err := range map[string]error{
		"list":     runList(t.Context(), listOptions{Printer: none}),
		"use":      runUse(t.Context(), useOptions{Printer: none}),
		"view":     runView(t.Context(), viewOptions{Printer: none}),
		"set":      runSet(t.Context(), setOptions{Printer: none}),
		"unset":    runUnset(t.Context(), unsetOptions{Printer: none}),
		"validate": runValidate(t.Context(), validateOptions{Printer: none}),
		"path":     runPath(t.Context(), pathOptions{Printer: none}),
	} {
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
