package app_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/app"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile("../../examples/app.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func validate(t *testing.T, s *jsonschema.Schema, text string) error {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestExamplesFitTheSchema(t *testing.T) {
	s := schema(t)
	for _, file := range inputs(t) {
		if err := validate(t, s, read(t, file)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
	examples, err := filepath.Glob("../../examples/apps/*.yaml")
	if err != nil || len(examples) < 6 {
		t.Errorf("%d examples (%v)", len(examples), err)
	}
}

// What the schema can express, schema and Parse refuse alike.
func TestSchemaAndParseRefuseTheSame(t *testing.T) {
	s := schema(t)
	for name, text := range map[string]string{
		"unknown field":     component("    imagee: x\n"),
		"deep unknown":      component("    probes: {ready: {htpp: /}}\n"),
		"no components":     "apiVersion: bcpaas.io/v1\nkind: App\nname: a\n",
		"empty components":  "apiVersion: bcpaas.io/v1\nkind: App\nname: a\ncomponents: []\n",
		"no name":           "apiVersion: bcpaas.io/v1\nkind: App\ncomponents: [{image: a}]\n",
		"other kind":        "apiVersion: bcpaas.io/v1\nkind: Pod\nname: a\ncomponents: [{image: a}]\n",
		"other version":     "apiVersion: v1\nkind: App\nname: a\ncomponents: [{image: a}]\n",
		"no image":          "apiVersion: bcpaas.io/v1\nkind: App\nname: a\ncomponents: [{name: a}]\n",
		"port range":        component("    ports: [{port: 65536}]\n"),
		"port text":         component("    ports: [{port: http}]\n"),
		"protocol":          component("    ports: [{port: 1, protocol: tcp}]\n"),
		"negative replicas": component("    replicas: -1\n"),
		"env name":          component("    env: {1A: x}\n"),
		"env list":          component("    env: [A=b]\n"),
		"relative file":     component("    files: {a: {content: x}}\n"),
		"strategy":          component("    strategy: {type: bluegreen}\n"),
		"overlap":           component("    cron: {schedule: '@daily', overlap: maybe}\n"),
		"no schedule":       component("    cron: {}\n"),
		"no max":            component("    resources: {cpu: 1}\n    autoscale: {min: 1}\n"),
		"effect":            component("    tolerations: [{effect: Never}]\n"),
		"hooks":             component("    hooks: {}\n"),
	} {
		if err := validate(t, s, text); err == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
		if _, err := app.Parse([]byte(text), app.ParseOptions{}); err == nil {
			t.Errorf("%s: Parse accepts it", name)
		}
	}
}

// A field without an explanation would have none in the schema and in the documentation.
func TestEveryFieldIsExplained(t *testing.T) {
	var document struct {
		Defs map[string]struct {
			Description string
			Properties  map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(read(t, "../../examples/app.schema.json")), &document); err != nil {
		t.Fatal(err)
	}
	for name, definition := range document.Defs {
		if definition.Description == "" {
			t.Errorf("%s has no description", name)
		}
		for field, property := range definition.Properties {
			if property.Description == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
}
