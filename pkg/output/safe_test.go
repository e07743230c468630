package output_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestSafe(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"plain \\x1b text":           "plain \\x1b text",
		"a\nb\rc\td":                 `a\nb\rc\td`,
		"\x1b[2J\x07\x00\x7f":        `\x1b[2J\x07\x00\x7f`,
		"\u0080\u0085\u009b\u009f":   `\u0080\u0085\u009b\u009f`,
		"\u202a\u202e\u2066\u2069":   `\u202a\u202e\u2066\u2069`,
		"\u200e\u200f\u061c":         `\u200e\u200f\u061c`,
		"a\u200bb\ufeff\u2060\u00ad": `a\u200bb\ufeff\u2060\u00ad`,
		"a\u2028b\u2029":             `a\u2028b\u2029`,
		"\xff\xc3(\xe6\x97":          `\xff\xc3(\xe6\x97`,
		"\U000e0041\U000e007f":       `\U000e0041\U000e007f`,
		"\U000e0002":                 `\U000e0002`,
		"\ufffd is a character":      "\ufffd is a character",
		"日本語 한국 नमस्ते é":            "日本語 한국 नमस्ते é",
		"👨\u200d👩\u200d👧 🇩🇪 ❤\ufe0f": "👨\u200d👩\u200d👧 🇩🇪 ❤\ufe0f",
		"❤\ufe0f\u200d🔥":             "❤\ufe0f\u200d🔥",
		"می\u200cخواهم":              "می\u200cخواهم",
		"admin\u200d":                `admin\u200d`,
		"ad\u200cmin":                `ad\u200cmin`,
		"é\u200d\u200dé":             `é\u200d\u200dé`,
		"é\u200d\x1b":                `é\u200d\x1b`,
		"\u0600\u0661":               "\u0600\u0661",
		"\u2011 \u00a0":              "\u2011 \u00a0",
	} {
		if got := output.Safe(in); got != want {
			t.Errorf("Safe(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSafeLinesKeepsNewlinesAndTabsOnly(t *testing.T) {
	if got, want := output.SafeLines("a\n\tb\r\x1b\v"), "a\n\tb\\r\\x1b\\x0b"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// dangerous is the promise of Safe, written independently of it.
func dangerous(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' ||
		r == '\u200b' || r == '\u2060' || r == '\ufeff' || r >= 0xe0000 && r <= 0xe007f
}

func FuzzSafe(f *testing.F) {
	for _, seed := range []string{"a", "\x1b]0;x\x07", "é\u200d\u200cé", "👨\u200d👩", "\xff\xe2\x80", "\u202e\u200d日", "a\r\nb\t"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		safe, lines := output.Safe(s), output.SafeLines(s)
		if !utf8.ValidString(safe) {
			t.Errorf("Safe(%q) = %q is not UTF-8", s, safe)
		}
		if i := strings.IndexFunc(safe, dangerous); i >= 0 {
			t.Errorf("Safe(%q) = %q has %q at %d", s, safe, safe[i:], i)
		}
		if i := strings.IndexFunc(lines, func(r rune) bool { return dangerous(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("SafeLines(%q) = %q has %q at %d", s, lines, lines[i:], i)
		}
		if again := output.Safe(safe); again != safe {
			t.Errorf("Safe(%q) = %q, and once more %q", s, safe, again)
		}
		letters := strings.IndexFunc(s, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != ' ' || r == utf8.RuneError
		}) < 0
		if letters && safe != s {
			t.Errorf("Safe(%q) changed text to %q", s, safe)
		}
	})
}

// Nothing that a terminal could take for a command may reach it, in any format.
func TestNoFormatLetsDataCommandATerminal(t *testing.T) {
	for _, format := range append(output.Formats()[:7], "jsonpath={.items[*]}{.items[*].name}", "go-template={{range .items}}{{.name}}{{.status}}{{end}}") {
		got := listed(t, output.Options{Format: format, TTY: true, Color: "never", Width: 120}, all(awkward()))
		if i := strings.IndexFunc(got, func(r rune) bool { return dangerous(r) && r != '\n' && r != '\t' }); i >= 0 {
			t.Errorf("%s: %q", format, got[i:])
		}
	}
}
