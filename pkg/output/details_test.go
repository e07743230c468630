package output_test

import (
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestPrintDetails(t *testing.T) {
	var b strings.Builder
	p := printer(t, &b, output.Options{Format: "table", TTY: true, Width: 20, Color: "never"})
	long := strings.Repeat("long ", 10) + "end"
	err := output.PrintDetails(p, output.Details{Sections: []output.Section{
		{Rows: []output.DetailRow{output.WideRow("Hidden", output.Text("x"))}},
		{Rows: []output.DetailRow{output.Row("A\x1bb", output.Text(long))}},
		{Title: "T\n", Lines: []string{"free"}},
	}})
	if want := "A\\x1bb:  " + long + "\n\nT\\n:\n  free\n"; err != nil || b.String() != want {
		t.Errorf("%v, got\n%s", err, b.String())
	}
}
