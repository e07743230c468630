package kube

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTailLines(t *testing.T) {
	long := strings.Repeat("x", 3*longestLogLine)
	for name, c := range map[string]struct {
		text string
		most int
		want []string
	}{
		"empty":        {"", 3, nil},
		"no newline":   {"a\nb", 3, []string{"a", "b"}},
		"windows":      {"a\r\nb\r\n", 3, []string{"a", "b"}},
		"empty lines":  {"\n\na\n", 3, []string{"", "", "a"}},
		"only the end": {"1\n2\n3\n4\n", 2, []string{"3", "4"}},
		"long":         {"a\n" + long + "\nb\n", 3, []string{"a", long[:longestLogLine], "b"}},
		"long at end":  {long, 3, []string{long[:longestLogLine]}},
		"not UTF-8":    {"a\xff\xfeb\n", 3, []string{"a\uFFFDb"}},
	} {
		got, err := tailLines(strings.NewReader(c.text), c.most)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %d lines %.80q, %v", name, len(got), got, err)
		}
	}
}

func TestTailLinesKeepsWhatCameBeforeAFault(t *testing.T) {
	broken := errors.New("connection reset")
	got, err := tailLines(io.MultiReader(strings.NewReader("a\nb\n"), faulty{broken}), 9)
	if !errors.Is(err, broken) || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q, %v", got, err)
	}
	// The rest of a long line fails: that is a fault as well, not an end.
	got, err = tailLines(io.MultiReader(strings.NewReader(strings.Repeat("x", longestLogLine+10)), faulty{broken}), 9)
	if !errors.Is(err, broken) || len(got) != 1 {
		t.Errorf("%d lines, %v", len(got), err)
	}
}

type faulty struct{ err error }

func (f faulty) Read([]byte) (int, error) { return 0, f.err }

func FuzzTailLines(f *testing.F) {
	for _, seed := range []string{"", "a", "a\nb\r\n", "\xff\n\x00\n", strings.Repeat("x", longestLogLine+1) + "\ny"} {
		f.Add([]byte(seed), 2)
	}
	f.Fuzz(func(t *testing.T, data []byte, most int) {
		most = max(1, most%100)
		lines, err := tailLines(strings.NewReader(string(data)), most)
		if err != nil || len(lines) > most {
			t.Fatalf("%d lines of %d, %v", len(lines), most, err)
		}
		for _, line := range lines {
			if !utf8.ValidString(line) || strings.Contains(line, "\n") || len(line) > 3*longestLogLine {
				t.Fatalf("%.100q", line)
			}
		}
	})
}

func FuzzManagerIn(f *testing.F) {
	f.Add(`conflict with "kubectl-edit" using apps/v1 at 2026-01-02T03:04:05Z`)
	f.Add(`conflict with ""`)
	f.Add(`conflict with "open`)
	f.Add("")
	f.Fuzz(func(t *testing.T, message string) {
		got := managerIn(message)
		if strings.Contains(got, `"`) || (got != "another manager" && !strings.Contains(message, got)) {
			t.Fatalf("%q of %q", got, message)
		}
	})
}

func TestClockLearns(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	date := func(d time.Duration) string { return now.Add(d).Format("Mon, 02 Jan 2006 15:04:05 GMT") }
	var c clock
	for _, step := range []struct {
		date string
		want time.Duration
	}{
		{date(time.Hour), time.Hour},
		{"", time.Hour},        // an answer without a date says nothing
		{"rubbish", time.Hour}, // nor one that can't be read
		{date(-time.Hour), -time.Hour},
		{date(time.Second), 0}, // what whole seconds explain is no difference
	} {
		c.learn(step.date, now)
		if got := time.Duration(c.ahead.Load()); got != step.want {
			t.Errorf("after %q: %s, want %s", step.date, got, step.want)
		}
	}
}
