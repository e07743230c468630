package output

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// csvList has all columns, and a header also when it is empty. CSV has no place to say that it is incomplete; the exit
// code does.
type csvList[T any] struct {
	p       *Printer
	columns []Column[T]
	out     *csv.Writer
	begun   bool
}

func newCSVList[T any](p *Printer, v View[T], page *page) *csvList[T] {
	return &csvList[T]{p: p, columns: v.Columns, out: csv.NewWriter(page), begun: p.noHeaders}
}

func (l *csvList[T]) item(item T) error {
	if err := l.begin(); err != nil {
		return err
	}
	fields := make([]string, len(l.columns))
	for i, column := range l.columns {
		fields[i] = noFormula(l.p.lines(column.Cell(item).Text))
	}
	return l.line(fields)
}

func (l *csvList[T]) end(bool) error { return l.begin() }

// begin writes the header, with names that are identifiers: "LAST SEEN" is last_seen.
func (l *csvList[T]) begin() error {
	if l.begun {
		return nil
	}
	l.begun = true
	names := make([]string, len(l.columns))
	for i, column := range l.columns {
		names[i] = strings.ReplaceAll(strings.ToLower(column.Header), " ", "_")
	}
	return l.line(names)
}

func (l *csvList[T]) line(fields []string) error {
	if err := l.out.Write(fields); err != nil {
		return fmt.Errorf("encoding as CSV: %w", err)
	}
	l.out.Flush() // to the page
	return l.out.Error()
}

// noFormula puts an apostrophe before what a spreadsheet would run: texts of tenants (labels, messages) end up in the
// spreadsheets of operators. Numbers keep their sign. Who needs every byte as it is reads JSON.
func noFormula(field string) string {
	if field == "" || !strings.ContainsRune("=+-@\t\r", rune(field[0])) {
		return field
	}
	if _, err := strconv.ParseFloat(field, 64); err == nil {
		return field
	}
	return "'" + field
}
