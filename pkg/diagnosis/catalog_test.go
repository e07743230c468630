package diagnosis

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestCatalog(t *testing.T) {
	var entries map[Code]sentence
	if err := json.Unmarshal([]byte(english), &entries); err != nil {
		t.Fatal(err)
	}
	known := map[Code]bool{}
	for _, e := range Catalog() {
		if known[e.Code] {
			t.Errorf("%s stands twice in the table", e.Code)
		}
		known[e.Code] = true
		if e.Sentence == "" || e.Hint == "" || e.Words == "" {
			t.Errorf("%s lacks its sentence, hint or words", e.Code)
		}
		if !strings.Contains(e.Hint, "bcpaas ") && !strings.Contains(e.Hint, "kubectl ") && !slices.Contains([]Code{UnschedulableGate}, e.Code) {
			t.Errorf("%s: its hint names no command: %s", e.Code, e.Hint)
		}
		used := append(append(placeholders(e.Sentence), placeholders(e.Hint)...), placeholders(e.Words)...)
		for _, name := range used {
			if !slices.Contains(e.Args, name) && !slices.Contains(CommonArgs(), name) {
				t.Errorf("%s: nothing supplies {%s}", e.Code, name)
			}
		}
		for _, name := range e.Args {
			if !slices.Contains(used, name) {
				t.Errorf("%s: {%s} is supplied and never used", e.Code, name)
			}
		}
		if e.Class == Info && (e.Grace > 0 || e.Tries > 0) {
			t.Errorf("%s is information, and has a grace", e.Code)
		}
	}
	for code := range entries {
		if !known[code] {
			t.Errorf("%s has a sentence and no policy", code)
		}
	}
}

func TestFill(t *testing.T) {
	args := map[string]string{"a": "1", "b": "", "c": "[x] {a}"}
	for template, want := range map[string]string{
		"":                    "",
		"plain":               "plain",
		"{a}":                 "1",
		"x[ ({b})] y":         "x y",
		"x[ ({a})] y":         "x (1) y",
		"x {c}":               "x [x] {a}",
		"x[: {c}][, {b}{a}].": "x: [x] {a}.",
		"open {a":             "open {a",
		"open [a":             "open [a",
	} {
		if got := fill(template, args); got != want {
			t.Errorf("fill(%q) = %q, want %q", template, got, want)
		}
	}
}

func TestFewWords(t *testing.T) {
	for _, tt := range []struct {
		cause Cause
		want  string
	}{
		{Cause{Code: ImageNotFound, Affected: 2, Total: 3}, "image not found (2/3 pods)"},
		{Cause{Code: ImageNotFound, Affected: 1, Total: 1}, "image not found"},
		{Cause{Code: ConfigMissing, Affected: 3, Total: 3, Args: map[string]string{"kind": "Secret", "object": strings.Repeat("x", 90)}}, "missing Secret " + strings.Repeat("x", 31) + "... (3/3 pods)"},
		{Cause{Code: "from_tomorrow"}, "from_tomorrow"},
	} {
		if got := FewWords(tt.cause); got != tt.want || len(got) > maxWords {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
