package output_test

import (
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "日本語": 6, "한국": 4, "ｆｕｌｌ": 8, "ﾊﾝ": 2, "e\u0301": 1, "\u1112\u1161\u11ab": 2,
		"👍": 2, "👍🏽": 2, "🇩🇪": 2, "🇩🇪🇫🇷": 4, "👨\u200d👩\u200d👧": 2, "🏃\u200d♂\ufe0f": 2,
		"❤": 1, "❤\ufe0f": 2, "❤\ufe0f\u200d🔥": 2, "1\ufe0f\u20e3": 2, "👁\ufe0f\u200d🗨\ufe0f": 2, "…": 1, "─": 1, "·": 1,
	} {
		if got := output.Width(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestTruncate(t *testing.T) {
	for _, tt := range []struct {
		text     string
		width    int
		ellipsis string
		want     string
	}{
		{"abcdef", 6, "…", "abcdef"},
		{"abcdef", 5, "…", "abcd…"},
		{"abcdef", 5, "...", "ab..."},
		{"abcdef", 2, "...", ".."},
		{"abcdef", 0, "…", ""},
		{"abcdef", -1, "…", ""},
		{"日本語", 5, "…", "日本…"},
		{"日本語", 4, "…", "日…"},
		{"👨\u200d👩\u200d👧👨\u200d👩\u200d👧", 3, "…", "👨\u200d👩\u200d👧…"},
		{"👨\u200d👩\u200d👧👨\u200d👩\u200d👧", 2, "…", "…"},
		{"❤\ufe0f❤\ufe0f❤\ufe0f", 5, "…", "❤\ufe0f❤\ufe0f…"},
		{"e\u0301e\u0301e\u0301", 2, "…", "e\u0301…"},
		{"🇩🇪🇫🇷", 3, "…", "🇩🇪…"},
	} {
		if got := output.Truncate(tt.text, tt.width, tt.ellipsis); got != tt.want {
			t.Errorf("Truncate(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func FuzzTruncate(f *testing.F) {
	f.Add("日本 👨\u200d👩\u200d👧 ❤\ufe0f", 5)
	f.Fuzz(func(t *testing.T, text string, width int) {
		text, width = output.Safe(text), min(width, 1000)
		cut := output.Truncate(text, width, "…")
		if output.Width(cut) > max(width, 0) {
			t.Errorf("Truncate(%q, %d) = %q, %d wide", text, width, cut, output.Width(cut))
		}
		if !strings.HasPrefix(text, strings.TrimSuffix(cut, "…")) {
			t.Errorf("Truncate(%q, %d) = %q", text, width, cut)
		}
	})
}
