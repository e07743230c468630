package output

import "strings"

// Details is one thing shown as labelled lines, in sections.
type Details struct {
	Sections []Section
}

// Section is a part of the details: its rows, then its free lines. One without anything to show is left out.
type Section struct {
	Title string // empty for the first part, as a rule
	Rows  []DetailRow
	Lines []string
}

// DetailRow is a label and its value. A value of several lines is shown as such.
type DetailRow struct {
	Label string
	Cell  Cell
	Wide  bool // only with -o wide
}

// Row is a DetailRow that is always shown.
func Row(label string, cell Cell) DetailRow { return DetailRow{Label: label, Cell: cell} }

// WideRow is a DetailRow that is shown with -o wide only.
func WideRow(label string, cell Cell) DetailRow {
	return DetailRow{Label: label, Cell: cell, Wide: true}
}

// PrintDetails prints details outside a view, whatever the format; verbs with a view set View.Details instead.
func PrintDetails(p *Printer, d Details) error {
	page := newPage(p.w)
	return page.close(func() error {
		_, err := page.WriteString(detailsText(p, d))
		return err
	})
}

// detailsText never cuts: who asks for one thing wants all of it, and a terminal wraps long lines by itself.
func detailsText(p *Printer, d Details) string {
	var b strings.Builder
	for _, section := range d.Sections {
		rows := shownRows(section.Rows, p.format.name == formatWide)
		if len(rows)+len(section.Lines) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		indent := ""
		if section.Title != "" {
			b.WriteString(Safe(section.Title) + ":\n")
			indent = "  "
		}
		writeRows(&b, rows, indent, p.colour)
		for _, line := range section.Lines {
			b.WriteString(indented(SafeLines(line), indent) + "\n")
		}
	}
	return b.String()
}

func shownRows(rows []DetailRow, wide bool) []DetailRow {
	var shown []DetailRow
	for _, row := range rows {
		if wide || !row.Wide {
			shown = append(shown, row)
		}
	}
	return shown
}

func writeRows(b *strings.Builder, rows []DetailRow, indent string, colour bool) {
	widest := 0
	for _, row := range rows {
		widest = max(widest, Width(Safe(row.Label)))
	}
	for _, row := range rows {
		label := Safe(row.Label) + ":"
		before := indent + label
		if row.Cell.Text != "" {
			before += strings.Repeat(" ", widest+1+columnGap-Width(label))
		}
		b.WriteString(before)
		under := strings.Repeat(" ", len(indent)+widest+1+columnGap)
		for i, line := range strings.Split(SafeLines(row.Cell.Text), "\n") {
			if i > 0 {
				b.WriteString("\n" + under)
			}
			b.WriteString(paint(line, row.Cell.Style, colour)) // a colour never runs over the end of a line
		}
		b.WriteByte('\n')
	}
}

func indented(text, indent string) string {
	return indent + strings.ReplaceAll(text, "\n", "\n"+indent)
}
