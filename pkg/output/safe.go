package output

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// Safe makes s harmless in one line of a terminal: what could move the cursor, change the order of the text or hide in
// it is spelled out. \n, \r and \t are shown so; other C0 controls, DEL and bytes that are not UTF-8 as \x1b; C1
// controls, bidi controls, zero-width characters, separators, tags and other format characters as \u202e or \U000e0041.
// The two joiners stay where they join two visible characters beyond ASCII, as emoji and many scripts need them.
// Visible text, backslashes included, is unchanged, so Safe(Safe(s)) is Safe(s).
func Safe(s string) string { return escape(s, escapes{visible: spellOut}) }

// SafeLines is Safe, except that newlines and tabs stay.
func SafeLines(s string) string { return escape(s, escapes{keepLines: true, visible: spellOut}) }

// safeJSON does for a JSON document what SafeLines does for text; the document keeps its meaning.
func safeJSON(s string) string { return escape(s, escapes{keepLines: true, visible: jsonEscape}) }

type escapes struct {
	keepLines bool
	visible   func(r rune, raw string) string // r is utf8.RuneError with a raw of one byte for invalid UTF-8
}

func escape(s string, how escapes) string {
	start := firstSuspect(s)
	if start == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:start])
	before := rune(0) // or printable ASCII: to neither may anything be joined
	for i := start; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		raw := s[i : i+size]
		i += size
		switch {
		case how.keepLines && (r == '\n' || r == '\t'):
			b.WriteString(raw)
		case hostile(before, r, raw, s[i:]):
			b.WriteString(how.visible(r, raw))
		default:
			b.WriteString(raw)
		}
		before = r
	}
	return b.String()
}

// firstSuspect is the offset of the first byte outside printable ASCII: most cells have none, and cost no copy.
func firstSuspect(s string) int {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return i
		}
	}
	return len(s)
}

// hostile tells whether r, standing between before and the text after it, must not reach a terminal.
func hostile(before, r rune, raw, after string) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < 0x20 || r == 0x7f
	case r == utf8.RuneError:
		return len(raw) == 1
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
		next, _ := utf8.DecodeRuneInString(after)
		return !joinable(before) || !joinable(next)
	default:
		return invisible(r)
	}
}

// joinable looks at one rune alone, never at its own neighbours: so a second pass comes to the same answer.
func joinable(r rune) bool {
	return r >= 0xa0 && r != utf8.RuneError && !invisible(r)
}

// invisible holds for controls, separators of lines, and format characters, except the few of these that are drawn
// (Arabic number signs and the like).
func invisible(r rune) bool {
	if r < 0xa0 {
		return r < 0x20 || r >= 0x7f
	}
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		r >= 0xe0000 && r <= 0xe007f // the block of tags, with its unassigned places
}

func spellOut(r rune, raw string) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	default:
		return fmt.Sprintf(`\u%04x`, r)
	}
}

// jsonEscape gives invalid UTF-8, which is utf8.RuneError, as that character.
func jsonEscape(r rune, _ string) string {
	if r > 0xffff {
		high, low := surrogates(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
