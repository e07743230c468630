package output

import "strconv"

// View says how things of one type are shown; every format comes from it.
type View[T any] struct {
	Kind    string      // of a list in JSON and YAML: "AppList"
	Columns []Column[T] // the first one identifies the thing and is the last to be cut on a narrow terminal
	Name    func(T) string

	// Details, when set, is how one thing is shown in table and wide format (the get verbs). Without it one thing is a
	// table of one row.
	Details func(T) Details
}

// Column is one column of tables and CSV.
type Column[T any] struct {
	Header string // any case: tables show "LAST SEEN", CSV "last_seen"
	Wide   bool   // only with -o wide; CSV has all columns
	Right  bool   // right-aligned, for numbers
	Cell   func(T) Cell
}

// Style is what a cell means; the terminal's colours follow from it.
type Style int

// The styles. StylePlain is the zero value.
const (
	StylePlain Style = iota
	StyleGood
	StyleWarn
	StyleBad
	StyleDim
)

// Cell is a text and its style.
type Cell struct {
	Text  string
	Style Style
}

// Text is a plain cell.
func Text(s string) Cell { return Cell{Text: s} }

// Good is a cell that says all is well.
func Good(s string) Cell { return Cell{Text: s, Style: StyleGood} }

// Warn is a cell that deserves a look.
func Warn(s string) Cell { return Cell{Text: s, Style: StyleWarn} }

// Bad is a cell that says something failed.
func Bad(s string) Cell { return Cell{Text: s, Style: StyleBad} }

// Dim is a cell of little interest.
func Dim(s string) Cell { return Cell{Text: s, Style: StyleDim} }

// Int is a plain cell with a number.
func Int[N ~int | ~int32 | ~int64](n N) Cell { return Cell{Text: strconv.FormatInt(int64(n), 10)} }

// shown are the columns of tables: all of them with -o wide.
func (v View[T]) shown(wide bool) []Column[T] {
	columns := make([]Column[T], 0, len(v.Columns))
	for _, column := range v.Columns {
		if wide || !column.Wide {
			columns = append(columns, column)
		}
	}
	return columns
}
