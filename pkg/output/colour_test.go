package output_test

import (
	"os"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestColourFollowsFlagThenEnvironmentThenTerminal(t *testing.T) {
	for _, tt := range []struct {
		color string
		tty   bool
		env   map[string]string
		want  bool
	}{
		{"", false, nil, false},
		{"", true, nil, true},
		{"auto", true, nil, true},
		{"auto", false, nil, false},
		{"always", false, map[string]string{"NO_COLOR": "1", "TERM": "dumb"}, true},
		{"never", true, map[string]string{"CLICOLOR_FORCE": "1"}, false},
		{"auto", true, map[string]string{"NO_COLOR": "1"}, false},
		{"auto", true, map[string]string{"NO_COLOR": ""}, true},
		{"auto", false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"auto", false, map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{"auto", true, map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
		{"auto", true, map[string]string{"CLICOLOR": "0"}, false},
		{"auto", true, map[string]string{"TERM": "dumb"}, false},
		{"auto", true, map[string]string{"TERM": "dumb", "CLICOLOR_FORCE": "1"}, true},
	} {
		got := listed(t, output.Options{Color: tt.color, TTY: tt.tty, Getenv: environment(tt.env)}, pods(1))
		if strings.Contains(got, "\x1b[32mRunning\x1b[0m") != tt.want {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}

func TestOnlyTablesAreColoured(t *testing.T) {
	for _, format := range []string{"json", "yaml", "csv", "name", "ndjson"} {
		if got := listed(t, output.Options{Format: format, Color: "always"}, pods(1)); strings.Contains(got, "\x1b") {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func TestWhatIsNoTerminalHasNoSize(t *testing.T) {
	env := environment(map[string]string{"COLUMNS": "40", "LINES": "10"})
	file, err := os.Create(t.TempDir() + "/file")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if output.IsTerminal(file) || output.TerminalWidth(file, env) != 0 || output.TerminalHeight(file, env) != 0 {
		t.Error("a file is taken for a terminal")
	}
	if output.IsTerminal(&strings.Builder{}) || output.TerminalWidth(&strings.Builder{}, env) != 0 {
		t.Error("a buffer is taken for a terminal")
	}
}
