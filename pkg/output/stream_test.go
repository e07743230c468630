package output_test

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bcpaas/bcpaas/pkg/output"
)

// shared is a buffer that is read while it is written.
type shared struct {
	mu     sync.Mutex
	b      bytes.Buffer
	writes int
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	return s.b.Write(b)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// Rows appear while the next one is long in coming: within 250 ms after the first, and again after a later one.
func TestRowsAppearBeforeTheSequenceEnds(t *testing.T) {
	for _, format := range []string{"table", "wide", "csv", "name", "ndjson", "json", "yaml"} {
		synctest.Test(t, func(t *testing.T) {
			var out shared
			p, err := output.New(&out, output.Options{Format: format})
			if err != nil {
				t.Fatal(err)
			}
			check := func(when, name string, want bool) {
				if got := strings.Contains(out.String(), name); got != want {
					t.Errorf("%s, %s: %s shown: %v, want %v", format, when, name, got, want)
				}
			}
			err = output.PrintList(p, podView(), func(yield func(pod, error) bool) {
				_ = yield(pod{Name: "first"}, nil)
				time.Sleep(200 * time.Millisecond)
				check("before 250 ms", "first", false)
				_ = yield(pod{Name: "second"}, nil)
				time.Sleep(100 * time.Millisecond)
				check("after 250 ms", "first", true)
				check("after 250 ms", "second", true)
				_ = yield(pod{Name: "third-and-wider"}, nil)
				time.Sleep(time.Hour)
				check("an hour later", "third-and-wider", true)
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAFullPageOfATableDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out shared
		p, _ := output.New(&out, output.Options{})
		err := output.PrintList(p, podView(), func(yield func(pod, error) bool) {
			for item := range pods(5000) { // without time passing: more than a buffer of lines
				_ = yield(item, nil)
			}
			if !strings.Contains(out.String(), "cart-7d9f8b6c5-499 ") {
				t.Error("the first page is not shown")
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(out.String(), "\n"); lines != 5001 {
			t.Errorf("%d lines", lines)
		}
		if out.writes > 20 {
			t.Errorf("%d writes for 5000 rows", out.writes)
		}
	})
}

// The timer must not write once the list has been given up.
func TestNothingIsWrittenAfterPrintListReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out shared
		p, _ := output.New(&out, output.Options{Format: "jsonpath={.items[9]}"})
		_ = output.PrintList(p, podView(), pods(1))
		before := out.writes
		time.Sleep(time.Hour)
		if out.writes != before {
			t.Error("something was written")
		}
	})
}

func TestLaterRowsOverflowAndAreNotCutWhenPiped(t *testing.T) {
	long := strings.Repeat("x", 300)
	got := listed(t, output.Options{}, func(yield func(pod, error) bool) {
		for item := range pods(500) {
			_ = yield(item, nil)
		}
		_ = yield(pod{Name: long, Project: "p", Status: "Running"}, nil)
		_ = yield(pod{Name: "cart-7d9f8b6c5-12345", Project: "p", Status: "Running"}, nil)
	})
	lines := strings.Split(got, "\n")
	if want := long + "  p  2/2  Running  0  3d4h  10.0.12.7"; !strings.HasPrefix(lines[501], long+"  p") || len(lines[501]) > len(want)+8 {
		t.Errorf("got %q", lines[501])
	}
	// Two cells too wide: the next column gives way and the one after that stands in its place again.
	if strings.Index(lines[502], "2/2") != strings.Index(lines[500], "2/2") {
		t.Errorf("columns do not meet again:\n%s\n%s", lines[500], lines[502])
	}
}

// What is held does not grow with the number of rows.
func TestMemoryDoesNotGrowWithTheList(t *testing.T) {
	for _, format := range []string{"table", "csv", "name", "ndjson", "json", "yaml"} {
		p, _ := output.New(discard{}, output.Options{Format: format})
		var early, late runtime.MemStats
		asked := 0
		err := output.PrintList(p, podView(), func(yield func(pod, error) bool) {
			for item := range pods(20_000) {
				asked++
				switch asked {
				case 1_000:
					runtime.GC()
					runtime.ReadMemStats(&early)
				case 20_000:
					runtime.GC()
					runtime.ReadMemStats(&late)
				}
				if !yield(item, nil) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if grown := int64(late.HeapAlloc) - int64(early.HeapAlloc); grown > 512<<10 {
			t.Errorf("%s: %d KiB more after 20,000 rows than after 1,000", format, grown>>10)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
