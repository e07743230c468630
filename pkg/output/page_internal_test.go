package output

import (
	"strings"
	"testing"
)

// FuzzFirstPage: tablewriter must hand every text to the layout as it got it, so that the first page looks like the
// later ones, and no row is lost or doubled.
func FuzzFirstPage(f *testing.F) {
	for _, seed := range []string{"a", "", "  lead", "trail  ", `a\nb`, "two words and more words", "日本 👨‍👩‍👧", "camelCase_snake", "%s %d", "a\u0301"} {
		f.Add(seed, "x", strings.Repeat("long ", 20))
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var rows [][]Cell
		for _, row := range [][]string{{a, b, c}, {c, a, b}, {b, c, a}, {"", "", ""}} {
			cells := make([]Cell, len(row))
			for i, text := range row {
				cells[i] = Cell{Text: Safe(text), Style: StyleBad}
			}
			rows = append(rows, cells)
		}
		headers := []string{"NAME", "LAST SEEN", Safe(a)}
		p := Printer{colour: true}
		l := p.layoutOf(headers, rows)
		l.right = []bool{false, true, false}
		want := l.line([]Cell{{Text: headers[0]}, {Text: headers[1]}, {Text: headers[2]}})
		for _, row := range rows {
			want += l.line(row)
		}
		got, err := firstPage(l, headers, rows)
		if err != nil || got != want {
			t.Errorf("%v\n got %q\nwant %q", err, got, want)
		}
	})
}
