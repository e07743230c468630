//go:build unix

package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// speaker prints progress with the time since the launcher's start.
type speaker struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

func newSpeaker(out io.Writer) *speaker { return &speaker{out: out, start: time.Now()} }

func (s *speaker) line(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.out, "[%s] %s\n", elapsed(time.Since(s.start)), fmt.Sprintf(format, args...))
}

// elapsed prints a duration in a column of constant width: " 3m10s", "  1.2s".
func elapsed(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%5.1fs", d.Seconds())
	}
	d = d.Round(time.Second)
	return fmt.Sprintf("%2dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
}

// took prints how long a start or stop lasted: in ms below ten seconds, since tests care about these.
func took(since time.Time) string {
	d := time.Since(since)
	if d < 10*time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
