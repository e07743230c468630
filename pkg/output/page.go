package output

import (
	"bufio"
	"io"
	"sync"
	"time"
)

const (
	pageRows  = 500                    // rows that fix the widths of a table
	pageDelay = 250 * time.Millisecond // a row is seen at the latest so long after it came
	pageBytes = 64 << 10
)

// page buffers what is written, and flushes it when full or when its oldest part is pageDelay old: by a timer, since
// the next item may be long in coming.
type page struct {
	mu     sync.Mutex
	out    *bufio.Writer
	timer  *time.Timer
	settle func() error // turns what is held back into text, before every flush; may be nil
	err    error        // of writing, the first; nothing is written after it
}

func newPage(w io.Writer) *page {
	return &page{out: bufio.NewWriterSize(w, pageBytes)}
}

// WriteString adds to the buffer; only functions given to add and close may call it.
func (p *page) WriteString(s string) (int, error) {
	n, err := p.out.WriteString(s)
	return n, p.written(err)
}

// Write does the same for bytes.
func (p *page) Write(b []byte) (int, error) {
	n, err := p.out.Write(b)
	return n, p.written(err)
}

func (p *page) written(err error) error {
	if err != nil {
		p.err = writing(err)
	}
	return p.err
}

// add runs write, which adds to the buffer.
func (p *page) add(write func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	if p.timer == nil {
		p.timer = time.AfterFunc(pageDelay, p.elapsed)
	}
	return write()
}

func (p *page) failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err != nil
}

func (p *page) elapsed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil { // stopped while waiting for the lock
		return
	}
	p.timer = nil
	p.flush()
}

func (p *page) flush() {
	if p.err == nil && p.settle != nil {
		p.err = p.settle()
	}
	if p.err != nil {
		return
	}
	_ = p.written(p.out.Flush())
}

// close runs the last write and flushes.
func (p *page) close(write func() error) error {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return p.err
	}
	if err := write(); err != nil {
		return err
	}
	p.flush()
	return p.err
}

// stop keeps the timer from writing any more.
func (p *page) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
