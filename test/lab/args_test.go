//go:build unix

package main

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		line string
		want request
		fail string
	}{
		{line: "up", want: request{verb: "up"}},
		{line: "up etcd apiserver", want: request{verb: "up", names: []string{"etcd", "apiserver"}}},
		{line: "down registry", want: request{verb: "down", names: []string{"registry"}}},
		{line: "env -o json", want: request{verb: "env", json: true}},
		{line: "status -o=json", want: request{verb: "status", json: true}},
		{line: "logs -f kubelet", want: request{verb: "logs", names: []string{"kubelet"}, follow: true}},
		{line: "up --help", want: request{verb: "help"}},
		{line: "", fail: "no verb given"},
		{line: "start", fail: `unknown verb "start"`},
		{line: "env -o yaml", fail: "-o takes one value here: json"},
		{line: "env -o", fail: "-o takes one value here: json"},
		{line: "up -o json", fail: `unknown flag "-o" of up`},
		{line: "up -x", fail: `unknown flag "-x" of up`},
		{line: "reset etcd", fail: "reset takes no name"},
		{line: "logs", fail: "logs takes exactly one name"},
		{line: "pause", fail: "pause takes at least one name"},
	} {
		got, err := parse(strings.Fields(test.line))
		if test.fail != "" {
			if err == nil || !strings.Contains(err.Error(), test.fail) {
				t.Errorf("parse(%q): error %v, want %q", test.line, err, test.fail)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("parse(%q) = %+v, %v; want %+v", test.line, got, err, test.want)
		}
	}
}

func TestRunExitCodes(t *testing.T) {
	t.Chdir(t.TempDir()) // outside of any checkout
	for _, test := range []struct {
		line string
		env  map[string]string
		code int
		says string
	}{
		{line: "help", code: 0},
		{line: "fly", code: 2, says: "usage:"},
		{line: "status", code: 1, says: "finding the checkout"},
		{line: "status", env: map[string]string{"BCPAAS_LAB": "maybe"}, code: 2, says: "external"},
		{line: "env", env: map[string]string{"BCPAAS_LAB": "external"}, code: 1, says: "needs KUBECONFIG"},
	} {
		var out, errs bytes.Buffer
		getenv := func(name string) string { return test.env[name] }
		if code := run(t.Context(), strings.Fields(test.line), &out, &errs, getenv); code != test.code || !strings.Contains(errs.String(), test.says) {
			t.Errorf("run(%q) = %d, stderr %q; want %d, %q", test.line, code, errs.String(), test.code, test.says)
		}
	}
}

func TestCheckNames(t *testing.T) {
	known := allComponents()
	if err := checkNames(request{names: []string{"node", "apiserver", "registry-private"}}, known); err != nil {
		t.Error(err)
	}
	if err := checkNames(request{names: []string{"apiservr"}}, known); err == nil || !strings.Contains(err.Error(), `unknown name "apiservr"`) {
		t.Errorf("unknown name: %v", err)
	}
}
