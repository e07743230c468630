package output

import (
	"slices"
	"strings"
)

const (
	columnGap = 2
	leastCell = 6 // that a cut cell keeps
	leastName = 12
)

// layout is the place of each column in a line.
type layout struct {
	widths   []int // of the columns shown, and of a column of ellipses where some are left out
	right    []bool
	shown    int
	limit    int    // of a line; 0 is without
	cut      bool   // the columns had to be narrowed: every cell is cut to its column
	ellipsis string // ends what is cut
	colour   bool
}

// fit narrows columns until a line fits: the widest first and not below their headers; then below them; then the first
// column, which names the thing. If that does not do, a column at the right is left out and the rest tried anew: a few
// columns that can be read are better than many that cannot.
func (l *layout) fit(headers []int) {
	if l.excess() <= 0 {
		return
	}
	l.cut = true
	natural := l.widths
	for n := len(natural); n > 1; n-- {
		l.keep(natural, n)
		l.shrink(l.widths[1:n], func(i int) int { return max(headers[i+1], leastCell) })
		l.shrink(l.widths[1:n], func(int) int { return leastCell })
		l.shrink(l.widths[:1], func(int) int { return leastName })
		if l.excess() <= 0 {
			return
		}
	}
	l.keep(natural, 1)
	l.shrink(l.widths[:1], func(int) int { return leastCell })
	if l.excess() > 0 { // no room even for saying that there is more
		l.widths = l.widths[:1]
		l.shrink(l.widths, func(int) int { return 1 })
	}
}

// keep has the first n columns, and a last one of ellipses if that is not all.
func (l *layout) keep(natural []int, n int) {
	l.shown = n
	l.widths = slices.Clone(natural[:n])
	if n < len(natural) {
		l.widths = append(l.widths, Width(l.ellipsis))
	}
}

// shrink takes the excess from the widest of some widths, one cell at a time, none below its floor.
func (l *layout) shrink(widths []int, floor func(i int) int) {
	for excess := l.excess(); excess > 0; excess-- {
		widest := -1
		for i, width := range widths {
			if width > floor(i) && (widest < 0 || width > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

func (l *layout) excess() int {
	if l.limit <= 0 {
		return 0
	}
	total := columnGap * (len(l.widths) - 1)
	for _, width := range l.widths {
		total += width
	}
	return total - l.limit
}

// line is one row. A cell wider than its column pushes the next ones aside, and these catch up in the gaps that follow;
// but if the line would pass the limit, its cells are cut to their columns. cells must be harmless already.
func (l *layout) line(cells []Cell) string {
	cells = cells[:l.shown]
	if len(l.widths) > l.shown {
		cells = append(slices.Clone(cells), Cell{Text: l.ellipsis})
	}
	texts := make([]string, len(cells))
	sizes := make([]int, len(cells))
	for i, cell := range cells {
		texts[i], sizes[i] = cell.Text, Width(cell.Text)
	}
	pads, end := l.pads(sizes)
	if l.cut || l.limit > 0 && end > l.limit {
		for i := range texts {
			texts[i] = Truncate(texts[i], l.widths[i], l.ellipsis)
			sizes[i] = Width(texts[i])
		}
		pads, end = l.pads(sizes)
	}
	var b strings.Builder
	b.Grow(end + 1)
	for i, text := range texts {
		if text != "" { // no blanks at the end of the line
			writeBlanks(&b, pads[i])
			b.WriteString(paint(text, cells[i].Style, l.colour))
		}
	}
	b.WriteByte('\n')
	return b.String()
}

// pads are the blanks before each cell that is not empty, and the end of the line.
func (l *layout) pads(sizes []int) (pads []int, end int) {
	pads = make([]int, len(sizes))
	start := 0 // of the column
	for i, size := range sizes {
		if size > 0 {
			place := start
			if i < l.shown && l.right[i] {
				place += max(l.widths[i]-size, 0)
			}
			if i > 0 && end > 0 {
				place = max(place, end+columnGap)
			}
			pads[i] = place - end
			end = place + size
		}
		start += l.widths[i] + columnGap
	}
	return pads, end
}

func writeBlanks(b *strings.Builder, n int) {
	const blanks = "                                "
	for n > len(blanks) {
		b.WriteString(blanks)
		n -= len(blanks)
	}
	b.WriteString(blanks[:max(n, 0)])
}
