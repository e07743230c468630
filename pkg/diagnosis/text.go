package diagnosis

import (
	"strings"
	"unicode/utf8"
)

// oneLine joins lines and runs of space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// clip shortens to at most limit bytes, never within a character, and marks the cut.
func clip(text string, limit int) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= limit {
		return text
	}
	const mark = "..."
	if limit <= len(mark) {
		return mark[:limit]
	}
	end := limit - len(mark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}

// lastLines is the end of a log: bounded in lines and in the width of each.
func lastLines(lines []string, count int) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	if len(lines) > count {
		lines = lines[len(lines)-count:]
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = clip(strings.TrimRight(line, "\r\n"), 300)
	}
	return out
}

// plural reads "1 pod", "3 pods".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return itoa(n) + " " + word + "s"
}
