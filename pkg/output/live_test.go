package output_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bcpaas/bcpaas/pkg/output"
)

func block(texts ...string) []output.Line {
	lines := make([]output.Line, len(texts))
	for i, text := range texts {
		lines[i] = output.Line{Key: fmt.Sprint(i), Text: text}
	}
	return lines
}

func liveOn(s *screen, height int) *output.Live {
	return output.NewLive(s, output.LiveOptions{
		TTY: true, ASCII: true, Width: func() int { return s.width }, Height: func() int { return height },
	})
}

func TestLiveRedrawsInPlace(t *testing.T) {
	s := &screen{t: t, width: 20}
	live := liveOn(s, 24)
	live.Update(block("a starting", "b starting", "c starting"))
	s.want("a starting", "b starting", "c starting")
	live.Update(block("a up", "b starting", "c starting"))
	s.want("a up", "b starting", "c starting")
	live.Update(block("a up"))
	s.want("a up")
	live.Println(output.Line{Text: "note"})
	s.want("note", "a up")
	live.Println(output.Line{Text: "a note that is longer than a line"})
	s.want("note", "a note that is longe", "r than a line", "a up")
	live.Update(block("one", "two"))
	s.want("note", "a note that is longe", "r than a line", "one", "two")
	live.Update(nil)
	s.want("note", "a note that is longe", "r than a line")
	live.Update(block("end"))
	live.Done()
	live.Update(block("late"))
	live.Println(output.Line{Text: "after"})
	s.want("note", "a note that is longe", "r than a line", "end", "after")
}

func TestLiveWritesNothingWhenNothingChanged(t *testing.T) {
	s := &screen{t: t, width: 20}
	live := liveOn(s, 24)
	live.Update(nil)
	if s.frames != 0 {
		t.Error("an empty block was drawn")
	}
	for range 3 {
		live.Update(block("same"))
	}
	live.Tick("heartbeat")
	if s.frames != 1 {
		t.Errorf("%d frames", s.frames)
	}
}

func TestLiveFitsTheTerminal(t *testing.T) {
	s := &screen{t: t, width: 20}
	live := liveOn(s, 4)
	live.Update(block("a line that is too long", "2", "3", "4", "5"))
	s.want("a line that is t...", "2", "... and 3 more")
	live.Update(block("1", "2", "3"))
	s.want("1", "2", "3")
}

func TestLiveLeavesNoRubbishOnATerminalThatWasNarrowed(t *testing.T) {
	s := &screen{t: t, width: 40}
	live := liveOn(s, 24)
	live.Println(output.Line{Text: "stays"})
	live.Update(block("a line of thirty-two characters.", "short"))
	s.resize(12)
	live.Update(block("a line of thirty-two characters.", "short"))
	s.want("stays", "a line o...", "short")
	s.resize(40)
	live.Update(block("a line of thirty-two characters.", "short"))
	s.want("stays", "a line of thirty-two characters.", "short")
}

func TestLiveMakesTextHarmless(t *testing.T) {
	for _, tty := range []bool{true, false} {
		var b strings.Builder
		live := output.NewLive(&b, output.LiveOptions{TTY: tty, Color: "never"})
		evil := output.Line{Key: "k", Text: "x\x1b]0;t\x07\ny\u202e"}
		live.Update([]output.Line{evil})
		live.Println(evil)
		if got := strings.Count(b.String(), `x\x1b]0;t\x07\ny\u202e`); got < 2 || strings.Contains(b.String(), "\x1b]") {
			t.Errorf("tty %v: %q", tty, b.String())
		}
	}
}

func TestLiveElsewhereOnlyAddsChanges(t *testing.T) {
	for name, o := range map[string]output.LiveOptions{
		"no terminal": {}, "dumb": {TTY: true, Getenv: environment(map[string]string{"TERM": "dumb"})},
	} {
		var b strings.Builder
		now := time.Unix(0, 0)
		o.Clock = func() time.Time { return now }
		live := output.NewLive(&b, o)
		live.Update(block("a starting", "b starting"))
		live.Update(block("a starting", "b up"))
		live.Update(append(block("a starting", "b up"), output.Line{Text: "no key"}))
		live.Update(append(block("a starting", "b up"), output.Line{Text: "no key"}))
		live.Tick("too early")
		now = now.Add(29 * time.Second)
		live.Tick("too early")
		now = now.Add(time.Second)
		live.Tick("still waiting (30 s)")
		live.Tick("too early")
		live.Println(output.Line{Text: "note", Style: output.StyleBad})
		live.Update(block("a gone"))
		live.Done()
		live.Update(block("late"))
		now = now.Add(time.Hour)
		live.Tick("late")
		want := "a starting\nb starting\nb up\nno key\nstill waiting (30 s)\nnote\na gone\n"
		if b.String() != want {
			t.Errorf("%s: got\n%s", name, b.String())
		}
	}
}

func TestAChangePutsTheHeartbeatOff(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	live := output.NewLive(&b, output.LiveOptions{Clock: func() time.Time { return now }, Heartbeat: time.Minute})
	now = now.Add(50 * time.Second)
	live.Update(block("change"))
	now = now.Add(50 * time.Second)
	live.Tick("heartbeat")
	if b.String() != "change\n" {
		t.Errorf("got %q", b.String())
	}
}

func TestLiveColours(t *testing.T) {
	for color, want := range map[string]bool{"": true, "always": true, "never": false, "purple": true} {
		var b strings.Builder
		live := output.NewLive(&b, output.LiveOptions{TTY: true, Color: color})
		live.Update([]output.Line{{Text: "down", Style: output.StyleBad}})
		if got := strings.Contains(b.String(), "\x1b[31mdown\x1b[0m"); got != want {
			t.Errorf("%q: got %q", color, b.String())
		}
	}
}

func TestLiveMayBeUsedByMany(t *testing.T) {
	s := &screen{t: t, width: 80}
	live := liveOn(s, 24)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				live.Update(block(fmt.Sprint("worker ", i, " step ", j)))
				live.Tick("x")
			}
			live.Println(output.Line{Text: "note"})
		})
	}
	group.Wait()
	live.Update(block("end"))
	live.Done()
	s.want("note", "note", "note", "note", "note", "note", "note", "note", "end")
}
