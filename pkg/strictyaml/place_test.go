package strictyaml_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

func TestProblemsFoundLaterHaveAPlace(t *testing.T) {
	source := `name: shop
parts:
  - name: web
    port: 99999
    env:
      a.b: c
      "x y": [1, 2]
same: &s {k: v}
other: *s
`
	document, err := strictyaml.Parse([]byte(source), strictyaml.Options{File: "f"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][2]int{
		"":                           {1, 1},
		"name":                       {1, 7},
		"parts":                      {2, 1},
		"parts[0]":                   {3, 5},
		"parts[0].port":              {4, 11},
		"parts[0].env":               {5, 5},
		`parts[0].env."a.b"`:         {6, 12},
		`parts[0].env."x y"[1]`:      {7, 18},
		"parts[0].nothing.here":      {3, 5},
		"parts[7].name":              {2, 1},
		"parts[-1]":                  {1, 1},
		"other.k":                    {8, 14},
		`parts[0].env."x y"[1].more`: {7, 18},
	} {
		line, column := document.Position(path)
		if got := [2]int{line, column}; got != want {
			t.Errorf("position of %q = %v, want %v", path, got, want)
		}
	}
	problem := document.Problem("parts[0].port", "port %d is too large", 99999)
	if got, want := problem.Error(), "f:4:11: port 99999 is too large"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := (strictyaml.Problems{problem}).Fault(); err.Error() != problem.Error() {
		t.Errorf("got %v", err)
	}
	if strictyaml.Problems(nil).Fault() != nil {
		t.Error("no problems are no error")
	}
}

func TestEmptyDocument(t *testing.T) {
	document, err := strictyaml.Parse([]byte("# nothing\n"), strictyaml.Options{File: "f"})
	if err != nil || !document.Empty() {
		t.Fatalf("got %v %v", document, err)
	}
	if got := document.Problem("a", "a is missing").Error(); got != "f: a is missing" {
		t.Errorf("got %s", got)
	}
}

func TestSplitPath(t *testing.T) {
	for path, want := range map[string][]strictyaml.Step{
		"":                 nil,
		"a":                {{Key: "a"}},
		"a.b[2].c":         {{Key: "a"}, {Key: "b"}, {Index: 2, IsIndex: true}, {Key: "c"}},
		`profiles."a.b".x`: {{Key: "profiles"}, {Key: "a.b"}, {Key: "x"}},
		`profiles."a\"b"`:  {{Key: "profiles"}, {Key: `a"b`}},
		"生产.集群":            {{Key: "生产"}, {Key: "集群"}},
		`""`:               {{Key: ""}},
		"[0][1]":           {{Index: 0, IsIndex: true}, {Index: 1, IsIndex: true}},
	} {
		got, err := strictyaml.SplitPath(path)
		if err != nil {
			t.Errorf("%q: %v", path, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q -want +got\n%s", path, diff)
		}
	}
	for path, want := range map[string]string{
		".":     `reading path ".": a key is missing before "."`,
		"a.":    `reading path "a.": "." can't follow "a"`,
		"a..b":  `reading path "a..b": "..b" can't follow "a"`,
		"a[x]":  `reading path "a[x]": "[x]" is not an index such as [0]`,
		"a[-1]": `reading path "a[-1]": "[-1]" is not an index such as [0]`,
		"a[1":   `reading path "a[1": "[1" is not an index such as [0]`,
		"a[1]b": `reading path "a[1]b": "b" can't follow "[1]"`,
		`"a`:    `reading path "\"a": the quotes in "\"a" are not closed`,
		`a"b"`:  `reading path "a\"b\"": "\"b\"" can't follow "a"`,
	} {
		if _, err := strictyaml.SplitPath(path); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", path, err, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"image", "name", "port", "replicas", "components", "web", "env"}
	for word, want := range map[string]string{
		"imgae": "image", "Image": "image", "prot": "port", "ports": "port", "replica": "replicas", "component": "components",
		"wep": "web", "x": "", "": "", "kind": "", "abc": "", "dev": "", "nome": "name", "REPLICSA": "replicas", "tags": "",
	} {
		got, ok := strictyaml.Nearest(word, known)
		if got != want || ok != (want != "") {
			t.Errorf("nearest to %q = %q, want %q", word, got, want)
		}
	}
}
