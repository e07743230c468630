package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// firstPage draws the header and the first rows with tablewriter.
func firstPage(l *layout, headers []string, rows [][]Cell) (string, error) {
	lines := &lineRenderer{Blueprint: renderer.NewBlueprint(), layout: l, rows: rows}
	table := tablewriter.NewTable(io.Discard, append(untouched(), tablewriter.WithRenderer(lines))...)
	if err := table.Start(); err != nil {
		return "", fmt.Errorf("starting a table: %w", err)
	}
	if headers != nil {
		table.Header(headers)
	}
	for _, row := range rows {
		texts := make([]string, len(row))
		for i, cell := range row {
			texts[i] = cell.Text
		}
		if err := table.Append(texts); err != nil {
			return "", fmt.Errorf("adding a row to a table: %w", err)
		}
	}
	if err := table.Close(); err != nil {
		return "", fmt.Errorf("ending a table: %w", err)
	}
	return lines.text.String(), nil
}

// untouched keeps tablewriter from changing any text: the layout cuts and aligns, by widths that count glyphs. These are
// options and not a Config, because of a Config it takes Off and WrapNone for "not said" and wraps.
func untouched() []tablewriter.Option {
	return []tablewriter.Option{
		tablewriter.WithStreaming(tw.StreamConfig{Enable: true}),
		tablewriter.WithHeaderAutoWrap(tw.WrapNone), tablewriter.WithRowAutoWrap(tw.WrapNone),
		tablewriter.WithHeaderAutoFormat(tw.Off), tablewriter.WithRowAutoFormat(tw.Off),
		tablewriter.WithTrimSpace(tw.Off), tablewriter.WithTrimLine(tw.Off), tablewriter.WithTrimTab(tw.Off),
	}
}

// lineRenderer is a renderer of tablewriter that draws by our layout: without borders, with styles, and with widths
// that hold for joined emoji, which tablewriter's own renderers count rune by rune.
type lineRenderer struct {
	*renderer.Blueprint // for what draws nothing here: start, footer, close, logger

	layout *layout
	rows   [][]Cell // for the styles, which tablewriter does not know
	next   int
	text   strings.Builder
}

func (r *lineRenderer) Header(headers [][]string, _ tw.Formatting) {
	for _, header := range headers {
		cells := make([]Cell, len(header))
		for i, text := range header {
			cells[i].Text = text
		}
		r.text.WriteString(r.layout.line(cells))
	}
}

func (r *lineRenderer) Row(texts []string, _ tw.Formatting) {
	cells := make([]Cell, len(texts))
	for i, text := range texts {
		cells[i] = Cell{Text: text, Style: r.rows[r.next][i].Style}
	}
	r.next++
	r.text.WriteString(r.layout.line(cells))
}

func (r *lineRenderer) Config() tw.Rendition {
	return tw.Rendition{
		Borders:   tw.BorderNone,
		Settings:  tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
		Streaming: true,
	}
}

// Line would draw a border or a separator.
func (r *lineRenderer) Line(tw.Formatting) {}
