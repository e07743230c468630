package e2e

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// screen is a small terminal: enough to see what a person would see of text that moves the cursor up and erases. What
// scrolls off the top is kept, so that it has no height. All characters are one column wide.
type screen struct {
	columns  int
	lines    [][]rune
	row, col int
}

func newScreen(columns int) *screen { return &screen{columns: columns, lines: [][]rune{nil}} }

var control1 = regexp.MustCompile(`^\x1b(?:\[([0-9;?]*)([A-Za-z])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()].|.)`)

func (s *screen) draw(raw string) *screen {
	for raw != "" {
		if match := control1.FindStringSubmatch(raw); match != nil {
			s.sequence(match[1], match[2])
			raw = raw[len(match[0]):]
			continue
		}
		for _, r := range raw {
			s.put(r)
			raw = raw[len(string(r)):]
			break
		}
	}
	return s
}

func (s *screen) sequence(arguments, verb string) {
	n, err := strconv.Atoi(arguments)
	if err != nil {
		n = 0
	}
	switch verb {
	case "A":
		s.row = max(0, s.row-max(1, n))
	case "B":
		s.down(max(1, n))
	case "G":
		s.col = max(1, n) - 1
	case "K":
		if line := s.lines[s.row]; n == 2 {
			s.lines[s.row] = nil
		} else if len(line) > s.col {
			s.lines[s.row] = line[:s.col]
		}
	case "J":
		if line := s.lines[s.row]; len(line) > s.col {
			s.lines[s.row] = line[:s.col]
		}
		s.lines = s.lines[:s.row+1]
	}
}

func (s *screen) down(n int) {
	for s.row += n; s.row >= len(s.lines); {
		s.lines = append(s.lines, nil)
	}
}

func (s *screen) put(r rune) {
	switch r {
	case '\n':
		s.down(1)
		return
	case '\r':
		s.col = 0
		return
	case '\b':
		s.col = max(0, s.col-1)
		return
	case '\t':
		s.col = (s.col/8 + 1) * 8
		return
	}
	if r < ' ' {
		return
	}
	if s.col >= s.columns {
		s.down(1)
		s.col = 0
	}
	line := s.lines[s.row]
	for len(line) <= s.col {
		line = append(line, ' ')
	}
	line[s.col] = r
	s.lines[s.row] = line
	s.col++
}

func (s *screen) String() string {
	var b strings.Builder
	for _, line := range s.lines {
		b.WriteString(strings.TrimRight(string(line), " "))
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func TestScreen(t *testing.T) {
	for raw, want := range map[string]string{
		"one\r\ntwo\r\n":                         "one\ntwo\n",
		"one\r\ntwo\r\n\x1b[2A\x1b[Jthree\r\n":   "three\n",
		"abcdefgh\r\n":                           "abcde\nfgh\n",
		"\x1b[31mred\x1b[0m\r\x1b[Kgone":         "gone\n",
		"a\x1b]0;title\x07b":                     "ab\n",
		"12345\r\nx\r\n\x1b[1A\r\x1b[2Ky\r\nz":   "12345\ny\nz\n",
		"abcdef\r\n\x1b[2A\r\x1b[J\x1b[?25hdone": "done\n",
	} {
		if got := newScreen(5).draw(raw).String(); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}
