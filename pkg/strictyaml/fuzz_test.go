package strictyaml_test

import (
	"testing"
	"unicode/utf8"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Whatever the file: no panic, and errors that are usage faults, short, and in UTF-8.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"name: a\nport: 1\n", "a: &a [*a]\n", "parts: [{name: x}, *b]\n", "env: {a.b: ~}\n", "<<: {a: b}\n", "? [a]\n: b\n",
		"name: !x a\n", "raw: {a: 0x1, b: -.5e3, c: 007}\n", "{\"any\": [1, null]}", "memory: 5\n", "--- |\n x\n---\nb\n", "\t\n", "name: \"\\x00\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		var p part
		err := strictyaml.Decode(source, strictyaml.Options{File: "f"}, &p)
		if err == nil {
			return
		}
		if !fault.Is(err, fault.Usage) || !utf8.ValidString(err.Error()) || len(err.Error()) > 21*1000 {
			t.Fatalf("error: %q", err)
		}
		for _, problem := range strictyaml.ProblemsOf(err) {
			if _, err := strictyaml.SplitPath(problem.Path); err != nil {
				t.Fatalf("path of a problem: %v", err)
			}
		}
	})
}
