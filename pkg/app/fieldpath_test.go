package app_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/app"
)

const bodyJSON = `{
  "metadata": {"labels": {"app.kubernetes.io/name": "cart", "app": {"kubernetes": "odd"}}, "finalizers": ["a", "b"]},
  "data": {".env": "x", "a.b": "y"},
  "spec": {
    "replicas": 3,
    "template": {"spec": {"containers": [
      {"name": "side"},
      {"name": "web", "image": "a:1", "env": [{"name": "A", "value": "1"}, {"name": "B[\"x\"]", "value": "2"}],
       "resources": {"limits": {"cpu": "1"}}, "ports": [{"containerPort": 80, "name": "http"}]}
    ]}},
    "ports": [{"port": 80, "protocol": "TCP", "targetPort": 8080}, {"port": 80, "protocol": "UDP", "targetPort": 53}],
    "rules": [{"host": "a"}, {"host": "b"}],
    "flags": [true, 1.5, null]
  }
}`

func body(t testing.TB) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(bodyJSON), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func paths() map[string]any {
	return map[string]any{
		`.spec.replicas`: 3.0,
		`.metadata.labels.app.kubernetes.io/name`:          "cart",
		`.metadata.labels.app.kubernetes`:                  "odd",
		`.metadata.finalizers[="b"]`:                       "b",
		`.data..env`:                                       "x",
		`.data.a.b`:                                        "y",
		`.spec.template.spec.containers[name="web"].image`: "a:1",
		`.spec.template.spec.containers[name="web"].env[name="A"].value`:                         "1",
		`.spec.template.spec.containers[name="web"].env[name="B[\"x\"]"].value`:                  "2",
		`.spec.template.spec.containers[name="web"].resources.limits.cpu`:                        "1",
		`.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].name`: "http",
		`.spec.ports[port=80,protocol="TCP"].targetPort`:                                         8080.0,
		`.spec.ports[port=80,protocol="UDP"].targetPort`:                                         53.0,
		`.spec.rules[1].host`: "b",
		`.spec.flags[=true]`:  true,
		`.spec.flags[=1.5]`:   1.5,
		`.spec.flags[=null]`:  nil,
	}
}

func TestFieldAt(t *testing.T) {
	for path, want := range paths() {
		if got, found := app.FieldAt(body(t), path); !found || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v", path, got, found)
		}
	}
	for _, path := range []string{
		"", "spec", ".spec.nope", ".spec.replicas.x", `.spec.ports[port=81,protocol="TCP"]`, ".spec.rules[2]", ".spec.rules[", `.spec.ports[port="80"]`,
		`.spec.ports[port]`, `.spec.ports[=`, `.spec.ports[port=80`, `.spec.ports[port="80]`, `.spec.ports[port=x]`, `.spec.ports[port=80;a=1]`, `.spec[0]`, `.metadata.finalizers.x`, `.spec.rules[99999999999999999999]`,
	} {
		if got, found := app.FieldAt(body(t), path); found {
			t.Errorf("%s: found %v", path, got)
		}
	}
}

func TestDropField(t *testing.T) {
	for path := range paths() {
		b := body(t)
		if err := app.DropField(b, path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if got, found := app.FieldAt(b, path); found {
			t.Errorf("%s is still %v", path, got)
		}
	}
	for _, path := range []string{".spec.nope", "x", ""} {
		if err := app.DropField(body(t), path); err == nil {
			t.Errorf("%q: no error", path)
		}
	}
}

func TestDropFieldLeavesNoEmptyMapBehind(t *testing.T) {
	b := body(t)
	if err := app.DropField(b, `.spec.template.spec.containers[name="web"].resources.limits.cpu`); err != nil {
		t.Fatal(err)
	}
	if got, found := app.FieldAt(b, `.spec.template.spec.containers[name="web"].resources`); found {
		t.Errorf("resources = %v", got)
	}
	if _, found := app.FieldAt(b, `.spec.template.spec.containers[name="web"].image`); !found {
		t.Error("the image went too")
	}
}

func TestDropFieldOfACopyLeavesTheOriginal(t *testing.T) {
	o := app.Object{Body: body(t)}
	for path := range paths() {
		copied := o.ApplyBody()
		if err := app.DropField(copied, path); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(body(t), o.Body); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzFieldPath(f *testing.F) {
	for path := range paths() {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		b := body(t)
		_, found := app.FieldAt(b, path)
		err := app.DropField(b, path)
		if found != (err == nil) {
			t.Errorf("%q: found %v, dropping gives %v", path, found, err)
		}
		if !found && !reflect.DeepEqual(b, body(t)) {
			t.Errorf("%q: dropping nothing changed the body", path)
		}
	})
}

func TestDecide(t *testing.T) {
	const path = ".spec.replicas"
	replicas := func(n any) map[string]any { return map[string]any{"spec": map[string]any{"replicas": n}} }
	conflict := []app.FieldConflict{{Path: path, Manager: "kubectl-scale", Live: int64(9)}}
	for name, tt := range map[string]struct {
		conflicts     []app.FieldConflict
		desired, last map[string]any
		reset         bool
		want          string
	}{
		"same as last release":    {conflict, replicas(int64(3)), replicas(3.0), false, "keep"},
		"file changed it":         {conflict, replicas(int64(4)), replicas(3.0), false, "force"},
		"reset":                   {conflict, replicas(int64(3)), replicas(3.0), true, "force"},
		"reset, no release":       {conflict, replicas(int64(3)), nil, true, "force"},
		"no release":              {conflict, replicas(int64(3)), nil, false, "refuse"},
		"release without it":      {conflict, replicas(int64(3)), map[string]any{"spec": map[string]any{}}, false, "refuse"},
		"live is what is desired": {conflict, replicas(int64(9)), nil, false, "force"},
		"not in the file":         {conflict, map[string]any{}, replicas(3.0), true, "refuse"},
		"none":                    {nil, replicas(int64(3)), nil, false, ""},
	} {
		keep, force, refuse := app.Decide(tt.conflicts, tt.desired, tt.last, tt.reset)
		got := strings.Repeat("keep", len(keep)) + strings.Repeat("force", len(force)) + strings.Repeat("refuse", len(refuse))
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
		for _, k := range keep {
			if k.Desired != int64(3) || k.Manager != "kubectl-scale" || k.Live != int64(9) {
				t.Errorf("%s: kept %+v", name, k)
			}
		}
	}
}

func TestRedact(t *testing.T) {
	secret := map[string]any{
		"kind":       "Secret",
		"metadata":   map[string]any{"annotations": map[string]any{"kubectl.kubernetes.io/last-applied-configuration": "hidden", "a": "b"}},
		"data":       map[string]any{"A": "hidden"},
		"stringData": "hidden",
	}
	list := map[string]any{"kind": "List", "items": []any{secret, map[string]any{"kind": "ConfigMap", "data": map[string]any{"A": "shown"}}}}
	out, err := json.Marshal(app.Redact(list))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "hidden") || !strings.Contains(string(out), "shown") || !strings.Contains(string(out), `"A":"(masked)"`) {
		t.Errorf("got %s", out)
	}
	if secret["stringData"] != "hidden" {
		t.Error("the original was changed")
	}
}

// Whole lists and maps are compared by what they hold: the body of the last release has been through JSON.
func TestDecideComparesByContent(t *testing.T) {
	with := func(v any) map[string]any { return map[string]any{"a": v} }
	list := func(n any, more ...any) any {
		return append([]any{map[string]any{"n": n, "s": "x", "t": true}}, more...)
	}
	for name, tt := range map[string]struct {
		last, desired any
		kept          bool
	}{
		"same":          {list(1.0), list(int64(1)), true},
		"other number":  {list(1.0), list(int64(2)), false},
		"other type":    {list(1.0), list("1"), false},
		"longer":        {list(1.0), list(1.0, nil), false},
		"same, longer":  {list(1.0, nil), list(1.0, nil), true},
		"map, not list": {list(1.0), map[string]any{}, false},
		"list, not map": {map[string]any{"b": "c"}, list(1.0), false},
		"other key":     {map[string]any{"b": "c"}, map[string]any{"d": "c"}, false},
		"more keys":     {map[string]any{"b": "c"}, map[string]any{"b": "c", "d": "c"}, false},
	} {
		keep, force, refuse := app.Decide([]app.FieldConflict{{Path: ".a", Live: "live"}}, with(tt.desired), with(tt.last), false)
		if len(keep)+len(force) != 1 || len(refuse) != 0 || (len(keep) == 1) != tt.kept {
			t.Errorf("%s: keep %v, force %v, refuse %v", name, keep, force, refuse)
		}
	}
}

func TestPart(t *testing.T) {
	body := map[string]any{"spec": map[string]any{
		"replicas": int64(3),
		"containers": []any{
			map[string]any{"name": "side", "image": "y"},
			map[string]any{"name": "web", "image": "x", "env": []any{map[string]any{"name": "A", "value": "1"}, map[string]any{"name": "B", "value": "2"}}},
		},
	}}
	for path, want := range map[string]string{
		".spec.replicas":                                   `{"spec":{"replicas":3}}`,
		`.spec.containers[name="web"].image`:               `{"spec":{"containers":[{"image":"x","name":"web"}]}}`,
		`.spec.containers[name="web"].env[name="B"].value`: `{"spec":{"containers":[{"env":[{"name":"B","value":"2"}],"name":"web"}]}}`,
		`.spec.containers[name="web"].env[name="B"]`:       `{"spec":{"containers":[{"env":[{"name":"B","value":"2"}],"name":"web"}]}}`,
	} {
		part, err := app.Part(body, path)
		got, _ := json.Marshal(part)
		if err != nil || string(got) != want {
			t.Errorf("%s: %s, %v, want %s", path, got, err, want)
		}
	}
	if _, err := app.Part(body, ".spec.nope"); err == nil {
		t.Error("a field that is not there has no part")
	}
	if body["spec"].(map[string]any)["replicas"] != int64(3) {
		t.Error("the body was changed")
	}
}
