package output_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestTablesFitTheTerminal(t *testing.T) {
	for _, width := range []int{5, 12, 40, 60, 80, 300} {
		for _, ascii := range []string{"", "1"} {
			got := listed(t, output.Options{
				Format: "wide", TTY: true, Width: width, Color: "never", Getenv: environment(map[string]string{"BCPAAS_ASCII": ascii}),
			}, all(awkward()))
			for line := range strings.Lines(got) {
				if w := output.Width(strings.TrimSuffix(line, "\n")); w > width {
					t.Errorf("width %d: line of %d: %q", width, w, line)
				}
			}
			golden(t, fmt.Sprintf("narrow.%d%s", width, ascii), got)
		}
	}
}

func TestColourDoesNotDisturbTheWidths(t *testing.T) {
	plain := listed(t, output.Options{TTY: true, Width: 60, Color: "never"}, all(awkward()))
	coloured := listed(t, output.Options{TTY: true, Width: 60, Color: "always"}, all(awkward()))
	if plain == coloured || strings.NewReplacer("\x1b[32m", "", "\x1b[31m", "", "\x1b[0m", "").Replace(coloured) != plain {
		t.Errorf("plain\n%s\ncoloured\n%q", plain, coloured)
	}
}

func TestNothingIsCutWhenPiped(t *testing.T) {
	piped := listed(t, output.Options{Width: 20}, all(awkward()))
	if want := listed(t, output.Options{}, all(awkward())); piped != want {
		t.Errorf("got\n%s", piped)
	}
}

// On a terminal a later row may pass its columns as long as it fits; then its cells are cut to them.
func TestLaterRowsOnATerminal(t *testing.T) {
	for name, want := range map[string]string{
		"cart-7d9f8b6c5-123456": "cart-7d9f8b6c5-123456",
		strings.Repeat("y", 90): strings.Repeat("y", 17) + "…",
	} {
		got := listed(t, output.Options{TTY: true, Width: 80, Color: "never"}, func(yield func(pod, error) bool) {
			for item := range pods(500) {
				_ = yield(item, nil)
			}
			_ = yield(pod{Name: name, Project: "shop", Status: "Running"}, nil)
		})
		lines := strings.Split(strings.TrimSpace(got), "\n")
		last := lines[len(lines)-1]
		if first, _, _ := strings.Cut(last, " "); first != want {
			t.Errorf("got %q", last)
		}
		if strings.Index(strings.Replace(last, "…", ".", 1), "2/2") != strings.Index(lines[1], "2/2") {
			t.Errorf("columns do not meet:\n%s\n%s", lines[1], last)
		}
	}
}

func TestTheWidthOfTheTerminalIsNotNeeded(t *testing.T) {
	got := listed(t, output.Options{TTY: true, Color: "never"}, all(awkward()))
	if strings.Contains(got, "…") {
		t.Errorf("cut without knowing the width:\n%s", got)
	}
}

func TestWideColumnsStayAligned(t *testing.T) {
	long := strings.Repeat("x", 101)
	got := listed(t, output.Options{}, all([]pod{{Name: long, Project: "shop"}, {Name: "a", Project: "shop"}}))
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line[103:], "shop") && !strings.HasPrefix(line[103:], "PROJECT") {
			t.Errorf("got %q", line)
		}
	}
}
