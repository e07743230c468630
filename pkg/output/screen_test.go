package output_test

import (
	"strconv"
	"strings"
	"testing"
)

// screen is as much of a terminal as Live uses: it fails the test on any other sequence.
type screen struct {
	t        *testing.T
	width    int
	rows     []string
	row, col int
	frames   int
}

func (s *screen) Write(b []byte) (int, error) {
	s.frames++
	text := string(b)
	for text != "" {
		switch {
		case strings.HasPrefix(text, "\x1b["):
			end := strings.IndexAny(text, "ABCDHJKmhl")
			s.control(text[2:end], text[end])
			text = text[end+1:]
		case text[0] == '\n':
			s.row, s.col = s.row+1, 0
			text = text[1:]
		case text[0] == '\r':
			s.col = 0
			text = text[1:]
		default:
			s.put(text[0])
			text = text[1:]
		}
	}
	return len(b), nil
}

func (s *screen) control(argument string, command byte) {
	switch {
	case command == 'A':
		n, err := strconv.Atoi(argument)
		if err != nil || n > s.row {
			s.t.Fatalf("up by %q from row %d", argument, s.row)
		}
		s.row -= n
	case command == 'K' && argument == "":
		s.fill()
		s.rows[s.row] = s.rows[s.row][:s.col]
	case command == 'J' && argument == "":
		s.fill()
		s.rows[s.row] = s.rows[s.row][:s.col]
		s.rows = s.rows[:s.row+1]
	case command == 'm':
	default:
		s.t.Fatalf("sequence %q%c", argument, command)
	}
}

func (s *screen) put(c byte) {
	if s.col == s.width {
		s.row, s.col = s.row+1, 0
	}
	s.fill()
	line := s.rows[s.row]
	s.rows[s.row] = line[:s.col] + string(c) + line[min(s.col+1, len(line)):]
	s.col++
}

// fill makes the place of the cursor exist.
func (s *screen) fill() {
	for len(s.rows) <= s.row {
		s.rows = append(s.rows, "")
	}
	if missing := s.col - len(s.rows[s.row]); missing > 0 {
		s.rows[s.row] += strings.Repeat(" ", missing)
	}
}

// resize wraps what stands on the screen anew, as terminals do.
func (s *screen) resize(width int) {
	var rows []string
	for _, row := range s.rows[:s.row] {
		for len(row) > width {
			rows = append(rows, row[:width])
			row = row[width:]
		}
		rows = append(rows, row)
	}
	s.rows, s.row, s.width = append(rows, ""), len(rows), width
}

func (s *screen) want(rows ...string) {
	s.t.Helper()
	got := strings.TrimRight(strings.Join(s.rows, "\n"), "\n")
	if want := strings.Join(rows, "\n"); got != want {
		s.t.Errorf("on the screen\n%s\nwant\n%s", got, want)
	}
}
