package output

import "fmt"

const (
	clearLine  = "\x1b[K"
	clearBelow = "\x1b[J"
)

// block is what a Live has drawn; the cursor stands at the beginning of the line below it.
type block struct {
	text   string
	widths []int // of its lines
	width  int   // of the terminal then
	stale  bool  // it must be drawn again, though nothing in it changed
}

// toTop brings the cursor to the beginning of the block. On a terminal that became narrower its lines take more rows.
func (b block) toTop(width int) string {
	rows := 0
	for _, w := range b.widths {
		rows += max((w+width-1)/width, 1)
	}
	if rows == 0 {
		return ""
	}
	return fmt.Sprintf("\r\x1b[%dA", rows)
}
