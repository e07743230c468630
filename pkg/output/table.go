package output

import "strings"

// tableList is a table. The first page fixes the widths and goes through tablewriter; later rows are laid out alike,
// one by one. Measured with 10,000 rows of 8 short cells on the 2-core machine of the project: tablewriter's streaming
// mode 236 ms and 90 MB allocated for all of them; see BenchmarkTable for what this takes.
type tableList[T any] struct {
	p       *Printer
	columns []Column[T]
	page    *page
	layout  *layout
	first   [][]Cell // held back until the widths are fixed
}

func newTableList[T any](p *Printer, v View[T], page *page) *tableList[T] {
	l := &tableList[T]{p: p, columns: v.shown(p.format.name == formatWide), page: page}
	page.settle = l.settle
	return l
}

func (l *tableList[T]) item(item T) error {
	row := make([]Cell, len(l.columns))
	for i, column := range l.columns {
		cell := column.Cell(item)
		row[i] = Cell{Text: Safe(cell.Text), Style: cell.Style}
	}
	if l.layout != nil {
		_, err := l.page.WriteString(l.layout.line(row))
		return err
	}
	l.first = append(l.first, row)
	if len(l.first) == pageRows {
		return l.settle()
	}
	return nil
}

func (l *tableList[T]) end(bool) error { return l.settle() }

// settle fixes the widths and writes the first page. An empty table is nothing at all, not a header.
func (l *tableList[T]) settle() error {
	if l.layout != nil || len(l.first) == 0 {
		return nil
	}
	l.layout = l.p.layoutOf(l.headers(), l.first)
	for _, column := range l.columns {
		l.layout.right = append(l.layout.right, column.Right)
	}
	text, err := firstPage(l.layout, l.headers(), l.first)
	l.first = nil
	if err != nil {
		return err
	}
	_, err = l.page.WriteString(text)
	return err
}

// headers are empty when none are wanted; then they take no room either.
func (l *tableList[T]) headers() []string {
	if l.p.noHeaders {
		return nil
	}
	headers := make([]string, len(l.columns))
	for i, column := range l.columns {
		headers[i] = strings.ToUpper(column.Header)
	}
	return headers
}

func (p *Printer) layoutOf(headers []string, rows [][]Cell) *layout {
	l := &layout{
		widths: make([]int, len(rows[0])), shown: len(rows[0]), limit: p.limit,
		ellipsis: ellipsisOf(p.ascii), colour: p.colour,
	}
	headerWidths := make([]int, len(rows[0]))
	for i, header := range headers {
		headerWidths[i] = Width(header)
		l.widths[i] = headerWidths[i]
	}
	for _, row := range rows {
		for i, cell := range row {
			l.widths[i] = max(l.widths[i], Width(cell.Text))
		}
	}
	l.fit(headerWidths)
	return l
}
