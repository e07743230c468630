package app_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// Every input in testdata and every example is compiled to what its golden file holds.
func TestCompileGolden(t *testing.T) {
	for _, file := range inputs(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			for _, o := range compile(t, parse(t, read(t, file))) {
				body, err := yaml.Marshal(app.Redact(o.Body))
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "---\n# %s %s\n%s", o.Resource, o.Ref, body)
			}
			golden(t, name+".golden.yaml", []byte(out.String()))
		})
	}
}

func inputs(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"testdata/*.app.yaml", "../../examples/apps/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s (%v)", pattern, err)
		}
		all = append(all, files...)
	}
	return all
}

func read(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestCompileGivesTheSameEachTime(t *testing.T) {
	for _, file := range inputs(t) {
		a := parse(t, read(t, file))
		first := compile(t, a)
		for range 5 {
			if again := compile(t, a); !reflect.DeepEqual(first, again) {
				t.Fatalf("%s: two compilations differ", file)
			}
		}
	}
}

// What a body holds, server-side apply claims: nothing may be there that was not asked for.
func TestBodiesClaimNothingByAccident(t *testing.T) {
	for _, file := range inputs(t) {
		for _, o := range compile(t, parse(t, read(t, file))) {
			if _, there := o.Body["status"]; there {
				t.Errorf("%s: %s has a status", file, o.Ref)
			}
			empties(o.Body, "", func(path string) {
				if !strings.HasSuffix(path, ".emptyDir") && path != ".spec.strategy.rollingUpdate" {
					t.Errorf("%s: %s claims the empty field %s", file, o.Ref, path)
				}
			})
		}
	}
}

func empties(v any, path string, report func(path string)) {
	switch v := v.(type) {
	case nil:
		report(path)
	case map[string]any:
		if len(v) == 0 {
			report(path)
		}
		for key, child := range v {
			empties(child, path+"."+key, report)
		}
	case []any:
		if len(v) == 0 {
			report(path)
		}
		for i, child := range v {
			empties(child, fmt.Sprintf("%s[%d]", path, i), report)
		}
	}
}

func byKind(objects []app.Object, kind string) []app.Object {
	var found []app.Object
	for _, o := range objects {
		if o.Kind == kind {
			found = append(found, o)
		}
	}
	return found
}

func TestASecondComponentRenamesNothing(t *testing.T) {
	one := component("    ports: [{port: 8080}]\n    files: {/a: {content: x}}\n")
	two := one + "  - name: worker\n    image: b:1\n    ports: [{port: 8080}]\n"
	after := map[app.Ref]app.Object{}
	for _, o := range compile(t, parse(t, two)) {
		after[o.Ref] = o
	}
	for _, o := range compile(t, parse(t, one)) {
		if !reflect.DeepEqual(o, after[o.Ref]) {
			t.Errorf("%s changed when another component came", o.Ref)
		}
	}
}

func TestAutoscaledWorkloadsHaveNoReplicas(t *testing.T) {
	objects := compile(t, parse(t, component("    resources: {cpu: 1}\n    autoscale: {max: 3}\n")))
	if got, there := app.FieldAt(byKind(objects, "Deployment")[0].Body, ".spec.replicas"); there {
		t.Errorf("replicas = %v", got)
	}
}

func TestConfigurationIsNamedByItsContent(t *testing.T) {
	name := func(kind, text string) string {
		return byKind(compile(t, parse(t, component(text))), kind)[0].Name
	}
	if a, b := name("ConfigMap", "    files: {/a: {content: x}}\n"), name("ConfigMap", "    files: {/a: {content: y}}\n"); a == b {
		t.Errorf("both contents are called %s", a)
	}
	if a, b := name("Secret", "    secrets: {A: {env: CART_TOKEN}}\n"), name("Secret", "    secrets: {A: {file: ./password}}\n"); a == b {
		t.Errorf("both secrets are called %s", a)
	}
	if a, b := name("Job", "    job: {}\n"), name("Job", "    job: {retries: 1}\n"); a == b {
		t.Errorf("both jobs are called %s", a)
	}
}

// Nothing that changes from one deployment to the next may reach the pods, or each deployment would restart them.
func TestReleaseAndOwnerStayOutOfPodsAndContent(t *testing.T) {
	a := parse(t, read(t, "testdata/everything.app.yaml"))
	o := options()
	one, err := app.Compile(a, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Release, o.Owner = "8", app.Owner{Who: "bob"}
	two, err := app.Compile(a, o)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(app.Content(one), app.Content(two)) {
		t.Error("the contents of two deployments of one file differ")
	}
}

func TestContentHasNoSecretValues(t *testing.T) {
	data, err := json.Marshal(app.Content(compile(t, parse(t, read(t, "testdata/everything.app.yaml")))))
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"not-a-real-one", "bm90LWEtcmVhbC1vbmU", "ZnJvbS10aGUtZW52aXJvbm1lbnQ"} {
		if strings.Contains(string(data), value) {
			t.Errorf("the content holds %q", value)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no project":       {strings.Replace(component(""), "project: shop\n", "", 1), "no project"},
		"missing file":     {component("    files: {/a: {file: ./none}}\n"), "file /a: no such file"},
		"missing secret":   {component("    secrets: {A: {file: ./none}}\n"), "secret A: no such file"},
		"unset variable":   {component("    secrets: {A: {env: NONE}}\n"), "NONE is not set"},
		"unreadable files": {component("    files: {/a: {file: ./big}}\n"), "above the bound of 900 KiB"},
	} {
		o := options()
		o.Namespace = ""
		o.ReadFile = func(path string) ([]byte, error) {
			if path == "./big" {
				return make([]byte, 1<<20), nil
			}
			return options().ReadFile(path)
		}
		_, err := app.Compile(parse(t, tt.text), o)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !fault.Is(err, fault.Usage) {
			t.Errorf("%s: got %v, want a usage fault with %q", name, err, tt.want)
		}
	}
}

// Kubernetes fills $(NAME) in only from variables that stand before.
func TestVariablesStandAfterThoseTheyUse(t *testing.T) {
	objects := compile(t, parse(t, component("    env: {A: '$(B)$$(D)', B: '$(C)', C: x, D: '$(A)', E: '$(E)', F: $}\n    secrets: {Z: {env: CART_TOKEN}}\n")))
	list, _ := app.FieldAt(objects[1].Body, `.spec.template.spec.containers[name="main"].env`)
	var names []string
	for _, v := range list.([]any) {
		names = append(names, v.(map[string]any)["name"].(string))
	}
	if got := strings.Join(names, ""); got != "ZCBADEF" {
		t.Errorf("order %s", got)
	}
}
