package output

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Line is one line of a live block. Its key tells which thing it is about; without one its text is its key.
type Line struct {
	Key, Text string
	Style     Style
}

// LiveOptions say where and how a Live draws. All may be left out except TTY.
type LiveOptions struct {
	TTY           bool
	Width, Height func() int // of the terminal, asked at each update; nil or 0 means 80 and 24
	Color         string     // auto, always or never; anything else counts as auto
	ASCII         bool
	Getenv        func(string) string // nil means an empty environment; TERM=dumb is no terminal to draw on
	Clock         func() time.Time    // nil means time.Now
	Heartbeat     time.Duration       // 0 means 30 s
}

// Live shows the progress of a long operation: on a terminal a block that is redrawn in place, elsewhere lines that are
// only added, one for each change, and a heartbeat while nothing changes. It may be used by several goroutines. What
// cannot be written is dropped: progress must not fail the work it tells of. The cursor is never hidden, so there is
// nothing to restore after an interrupt.
type Live struct {
	mu    sync.Mutex
	w     io.Writer
	o     LiveOptions
	tty   bool
	done  bool
	lines []Line // of the last update
	block block  // what stands on the terminal

	colour   bool
	ellipsis string
	said     map[string]string // text by key, where nothing can be redrawn
	spoke    time.Time
}

// NewLive makes a live view on w, which is standard error as a rule.
func NewLive(w io.Writer, o LiveOptions) *Live {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Heartbeat <= 0 {
		o.Heartbeat = 30 * time.Second
	}
	colour, err := wantColour(o.Color, o.TTY, o.Getenv)
	if err != nil {
		colour = o.TTY
	}
	return &Live{
		w: w, o: o, tty: o.TTY && o.Getenv("TERM") != "dumb", colour: colour,
		ellipsis: ellipsisOf(o.ASCII || wantASCII(o.Getenv)), spoke: o.Clock(),
	}
}

// Update shows lines in place of those of the last update.
func (l *Live) Update(lines []Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return
	}
	if !l.tty {
		l.sayChanges(lines)
		return
	}
	l.lines = append([]Line(nil), lines...)
	l.write(l.redraw(""))
}

// Println puts a line above the block, to stay.
func (l *Live) Println(line Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tty && !l.done {
		l.block.stale = true
		l.write(l.redraw(l.painted(line)))
		return
	}
	l.say(line)
}

// Tick is called now and then by who waits. Where nothing can be redrawn it writes text when nothing was written for
// the time of a heartbeat.
func (l *Live) Tick(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tty || l.done || l.o.Clock().Sub(l.spoke) < l.o.Heartbeat {
		return
	}
	l.say(Line{Text: text})
}

// Done leaves the last state where it is. Later updates are ignored.
func (l *Live) Done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = true
}

func (l *Live) sayChanges(lines []Line) {
	now := make(map[string]string, len(lines))
	for _, line := range lines {
		key := line.Key
		if key == "" {
			key = line.Text
		}
		if last, known := l.said[key]; !known || last != line.Text {
			l.say(line)
		}
		now[key] = line.Text
	}
	l.said = now
}

func (l *Live) say(line Line) {
	l.spoke = l.o.Clock()
	l.write(l.painted(line))
}

func (l *Live) painted(line Line) string {
	return paint(Safe(line.Text), line.Style, l.colour) + "\n"
}

func (l *Live) write(text string) {
	if text != "" {
		_, _ = io.WriteString(l.w, text)
	}
}

// fitting are the lines that the terminal has room for: one line less than its height, as the cursor stands below.
func (l *Live) fitting() []Line {
	room := max(sizeOr(l.o.Height, 24)-1, 1)
	if len(l.lines) <= room {
		return l.lines
	}
	left := len(l.lines) - (room - 1)
	more := Line{Text: fmt.Sprintf("%s and %d more", l.ellipsis, left), Style: StyleDim}
	return append(append([]Line(nil), l.lines[:room-1]...), more)
}

func sizeOr(size func() int, otherwise int) int {
	if size != nil {
		if n := size(); n > 0 {
			return n
		}
	}
	return otherwise
}

// redraw is what replaces the block by above and the current lines; nothing if that would change nothing.
func (l *Live) redraw(above string) string {
	width := sizeOr(l.o.Width, 80)
	next := block{}
	var b strings.Builder
	b.WriteString(l.block.toTop(width))
	if above != "" {
		b.WriteString(clearBelow + above) // it may take several lines
	}
	for _, line := range l.fitting() {
		// One cell stays free: in the last one the cursor waits to wrap, and terminals differ in what comes then.
		text := Truncate(Safe(line.Text), width-1, l.ellipsis)
		next.widths = append(next.widths, Width(text))
		next.text += paint(text, line.Style, l.colour) + "\n"
		b.WriteString(clearLine + paint(text, line.Style, l.colour) + "\n")
	}
	if !l.block.stale && next.text == l.block.text && width >= l.block.width {
		return ""
	}
	next.width = width
	l.block = next
	return b.String() + clearBelow
}
