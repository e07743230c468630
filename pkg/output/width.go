package output

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

const variationEmoji = '\ufe0f' // asks for the emoji form of the character before it, which is two cells wide

// Width is the number of terminal cells that s takes. Grapheme clusters count as one glyph, so joined emoji and flags
// are 2. Characters of ambiguous width count 1, whatever the locale: current terminals draw them so.
//
// Not tablewriter's own width package: that adds up the runes and counts a family of three as 6.
func Width(s string) int {
	condition := runewidth.Condition{}
	width := condition.StringWidth(s)
	if strings.ContainsRune(s, variationEmoji) {
		width += widened(&condition, s)
	}
	return width
}

// widened counts the narrow characters that a variation selector makes wide. Those beside a joiner are part of a
// glyph that is counted already.
func widened(condition *runewidth.Condition, s string) int {
	count := 0
	var before, last rune
	for i, r := range s {
		if r == variationEmoji && before != zeroWidthJoiner && condition.RuneWidth(last) == 1 {
			next, _ := utf8.DecodeRuneInString(s[i+len(string(variationEmoji)):])
			if next != zeroWidthJoiner {
				count++
			}
		}
		before, last = last, r
	}
	return count
}

// Truncate cuts s to width cells, never inside a glyph; ellipsis ends what was cut, and counts.
func Truncate(s string, width int, ellipsis string) string {
	if Width(s) <= width {
		return s
	}
	if Width(ellipsis) > width {
		ellipsis = runewidth.Truncate(ellipsis, max(width, 0), "")
	}
	condition := runewidth.Condition{}
	room := max(width-Width(ellipsis), 0)
	// The library knows nothing of variation selectors: ask it for less until what it gives fits.
	for ask := room; ; ask-- {
		cut := condition.Truncate(s, ask, "")
		if ask <= 0 || Width(cut) <= room {
			return cut + ellipsis
		}
	}
}

func surrogates(r rune) (high, low rune) { return utf16.EncodeRune(r) }
