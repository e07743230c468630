package output_test

import (
	"os"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/output"
)

// A pseudo terminal's own side is a terminal, of size 0x0 until somebody sets it.
func TestTerminalSizeIsTheEnvironmentsWhereItIsSet(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo terminal here: %v", err)
	}
	defer terminal.Close()
	if !output.IsTerminal(terminal) {
		t.Fatal("not taken for a terminal")
	}
	for chosen, want := range map[string]int{"": 0, "72": 72, "-1": 0, "wide": 0} {
		env := environment(map[string]string{"COLUMNS": chosen, "LINES": chosen})
		if got := output.TerminalWidth(terminal, env); got != want {
			t.Errorf("COLUMNS=%s: width %d, want %d", chosen, got, want)
		}
		if got := output.TerminalHeight(terminal, env); got != want {
			t.Errorf("LINES=%s: height %d, want %d", chosen, got, want)
		}
	}
}
