package output

import (
	"io"
	"strconv"

	"golang.org/x/term"
)

// IsTerminal tells whether w is a terminal that understands the control sequences used here. (A Windows console is
// switched to understand them; one too old for that counts as no terminal.)
func IsTerminal(w io.Writer) bool {
	fd, ok := descriptor(w)
	return ok && term.IsTerminal(fd) && understandsSequences(fd)
}

// TerminalWidth is the number of columns: COLUMNS where it is set, else what the terminal says; 0 when w is no terminal
// or does not know.
func TerminalWidth(w io.Writer, getenv func(string) string) int {
	width, _ := terminalSize(w)
	return chosenSize(width, IsTerminal(w), getenv("COLUMNS"))
}

// TerminalHeight is the number of lines: LINES where it is set, else what the terminal says; 0 as for the width.
func TerminalHeight(w io.Writer, getenv func(string) string) int {
	_, height := terminalSize(w)
	return chosenSize(height, IsTerminal(w), getenv("LINES"))
}

func chosenSize(measured int, tty bool, chosen string) int {
	if !tty {
		return 0
	}
	if n, err := strconv.Atoi(chosen); err == nil && n > 0 {
		return n
	}
	return measured
}

func terminalSize(w io.Writer) (width, height int) {
	fd, ok := descriptor(w)
	if !ok {
		return 0, 0
	}
	width, height, err := term.GetSize(fd)
	if err != nil {
		return 0, 0
	}
	return width, height
}

func descriptor(w io.Writer) (int, bool) {
	file, ok := w.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	return int(file.Fd()), true
}
