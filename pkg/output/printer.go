package output

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"syscall"
)

// Options are all that the way of printing depends on.
type Options struct {
	Format    string // the value of -o; empty means table
	NoHeaders bool
	Color     string // auto, always or never; empty means auto
	ASCII     bool   // no box, block and ellipsis characters; BCPAAS_ASCII=1 sets it as well
	TTY       bool   // the writer is a terminal (IsTerminal)
	Width     int    // columns of the terminal; 0 asks it (and COLUMNS); without effect when TTY is false

	Getenv func(string) string // nil means an empty environment
}

// Printer writes values to one stream in one format. It serves one goroutine at a time.
type Printer struct {
	w         io.Writer
	format    format
	noHeaders bool
	colour    bool
	ascii     bool
	tty       bool
	limit     int // columns a line may take; 0 is without limit
}

// New reads the options. What is wrong with them is a usage fault; nothing has been written or contacted then.
func New(w io.Writer, o Options) (*Printer, error) {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	format, err := parseFormat(o.Format)
	if err != nil {
		return nil, err
	}
	colour, err := wantColour(o.Color, o.TTY, o.Getenv)
	if err != nil {
		return nil, err
	}
	p := &Printer{
		w: w, format: format, noHeaders: o.NoHeaders, colour: colour, tty: o.TTY,
		ascii: o.ASCII || wantASCII(o.Getenv),
	}
	if o.TTY {
		p.limit = o.Width
		if p.limit <= 0 {
			p.limit = TerminalWidth(w, o.Getenv)
		}
	}
	return p, nil
}

// Format is the name of the format without an expression: "table", "json", "jsonpath".
func (p *Printer) Format() string { return p.format.name }

// ForPeople tells whether the format is read by people (table, wide) and not by programs.
func (p *Printer) ForPeople() bool {
	return p.format.name == formatTable || p.format.name == formatWide
}

// PrintItem prints one thing.
func PrintItem[T any](p *Printer, v View[T], item T) error {
	text, err := itemText(p, v, item)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(p.w, text); err != nil {
		return writing(err)
	}
	return nil
}

// PrintEvent prints one event of a long operation as a line of JSON, at once, whatever the format.
func PrintEvent(p *Printer, event any) error {
	line, err := marshal(event, "", "")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(p.w, p.document(line)); err != nil {
		return writing(err)
	}
	return nil
}

// PrintList prints things as they arrive. An error of the sequence ends the output as incomplete (see the package's
// promises) and is returned wrapped; when nothing came before it, nothing is printed. After a write error, such as
// EPIPE, no further item is asked for.
func PrintList[T any](p *Printer, v View[T], items iter.Seq2[T, error]) error {
	page := newPage(p.w)
	defer page.stop()
	list := newList(p, v, page)
	shown := 0
	for item, err := range items {
		if err != nil {
			return brokenOff(page, list, shown, err)
		}
		if err := page.add(func() error { return list.item(item) }); err != nil {
			return brokenOff(page, list, shown, err)
		}
		shown++
	}
	return page.close(func() error { return list.end(false) })
}

// brokenOff flushes what came before the error, marked as incomplete.
func brokenOff[T any](page *page, list list[T], shown int, cause error) error {
	if shown == 0 || page.failed() {
		return cause
	}
	err := fmt.Errorf("listing broke off after %d, the list is incomplete: %w", shown, cause)
	if failed := page.close(func() error { return list.end(true) }); failed != nil {
		// Not wrapped: else a reader that has gone would be taken for the cause, and the exit code be 0.
		return fmt.Errorf("%w (and then: %v)", err, failed)
	}
	return err
}

// ErrReaderGone says that whoever read the output wants no more of it: a broken pipe of the output, not of a connection.
var ErrReaderGone = errors.New("the reader has gone")

func writing(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("writing output: %w: %w", ErrReaderGone, err)
	}
	return fmt.Errorf("writing output: %w", err)
}

// WriteText writes text to a stream beside a printer, harmless on a terminal.
func WriteText(w io.Writer, text string) error {
	if IsTerminal(w) {
		text = SafeLines(text)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return writing(err)
	}
	return nil
}

// document makes a JSON document harmless on a terminal.
func (p *Printer) document(json []byte) string {
	if p.tty {
		return safeJSON(string(json))
	}
	return string(json)
}

// lines makes any other text harmless on a terminal.
func (p *Printer) lines(text string) string {
	if p.tty {
		return SafeLines(text)
	}
	return text
}

// Text prints text of several lines as it is, harmless on a terminal: a diff.
func (p *Printer) Text(text string) error {
	if _, err := io.WriteString(p.w, p.lines(text)); err != nil {
		return writing(err)
	}
	return nil
}

// WriteJSON writes a JSON document to a stream beside a printer, harmless on a terminal.
func WriteJSON(w io.Writer, document string) error {
	if IsTerminal(w) {
		document = safeJSON(document)
	}
	if _, err := io.WriteString(w, document); err != nil {
		return writing(err)
	}
	return nil
}
