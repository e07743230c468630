package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/config"
)

// validators say which test stands for which files under examples/. People copy them: one that does not work is worse than
// none.
func validators() map[string]func(t *testing.T, file string) {
	return map[string]func(t *testing.T, file string){
		"app.schema.json": checkSchema,
		"apps/*.yaml":     checkApp,
		"profiles/*.yaml": checkProfile,
		"rbac/*.yaml":     func(t *testing.T, file string) { decodeRoles(t, file) },
	}
}

func TestEveryExampleIsValid(t *testing.T) {
	root := filepath.Join(module, "examples")
	seen := map[string]int{}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		claimed := false
		for pattern, validate := range validators() {
			if ok, err := path.Match(pattern, name); err != nil || !ok {
				continue
			}
			claimed = true
			seen[pattern]++
			t.Run(name, func(t *testing.T) { validate(t, filepath.Join(root, filepath.FromSlash(name))) })
		}
		if !claimed {
			t.Errorf("examples/%s: no test validates or runs it; name one in validators()", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pattern := range validators() {
		if seen[pattern] == 0 {
			t.Errorf("there is no examples/%s", pattern)
		}
	}
}

func checkSchema(t *testing.T, file string) { compiledSchema(t, file) }

func compiledSchema(t *testing.T, file string) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// checkApp takes an App file all the way that deploy takes it, up to the cluster.
func checkApp(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiledSchema(t, filepath.Join(module, "examples", "app.schema.json")).Validate(value); err != nil {
		t.Errorf("the schema: %v", err)
	}
	parsed, err := app.Parse(raw, app.ParseOptions{File: file})
	if err != nil {
		t.Fatal(err)
	}
	objects, err := app.Compile(parsed, app.CompileOptions{
		Namespace: "examples",
		Getenv:    func(string) (string, bool) { return "", false },
		ReadFile:  func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(filepath.Dir(file), name)) },
	})
	if err != nil || len(objects) == 0 {
		t.Errorf("%d objects, %v", len(objects), err)
	}
}

// checkProfile reads a profile as bcpaas does. It is read from a copy: a checkout that the group may write is refused for
// the commands in it, and rightly so.
func checkProfile(t *testing.T, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	private := filepath.Join(t.TempDir(), filepath.Base(file))
	if err := os.WriteFile(private, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := config.ReadFile(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range read.Config.ProfileNames() {
		settings, err := config.Load(config.Sources{
			HomeDir: t.TempDir(), WorkDir: t.TempDir(), Flags: map[string]string{"profile": name},
			Getenv: func(variable string) string { return map[string]string{"BCPAAS_CONFIG": private}[variable] },
		})
		if err != nil || settings.Cluster == "" {
			t.Errorf("profile %s: cluster %v, %v", name, settings, err)
		}
	}
}

// full.yaml promises everything that a profile can say.
func TestTheFullProfileIsFull(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(module, "examples", "profiles", "full.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(module, "pkg", "config", "config.go"))
	if err != nil {
		t.Fatal(errors.Join(err, errors.New("where the fields are declared")))
	}
	for _, word := range strings.Split(string(source), `json:"`)[1:] {
		key, _, _ := strings.Cut(strings.SplitN(word, `"`, 2)[0], ",")
		// A secret has one source: a field is shown by its file or by its command.
		key = strings.TrimSuffix(strings.TrimSuffix(key, "File"), "Command")
		if !strings.Contains(string(raw), key) {
			t.Errorf("full.yaml does not show %s", key)
		}
	}
}
