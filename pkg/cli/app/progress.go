package app

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// lineWriter is stderr, named for what it is used for here.
type lineWriter = io.Writer

// progress shows a deployment while it runs.
type progress interface {
	event(rollout.Event)
	end(rollout.Outcome, error) error
}

// progressOf picks the way of showing: events as JSON lines on stdout for programs, a live view on stderr for people.
func progressOf(env *command.Env) func(*output.Printer) progress {
	return func(printer *output.Printer) progress {
		if format := printer.Format(); format == "json" || format == "ndjson" {
			return &eventLines{printer: printer, now: env.Now}
		}
		w := env.Err
		if env.Global.Quiet {
			w = io.Discard
		}
		tty := output.IsTerminal(w)
		live := output.NewLive(w, output.LiveOptions{
			TTY: tty, Getenv: env.Getenv, Color: env.Global.Given("color"), Clock: env.Now,
			Width:  func() int { return output.TerminalWidth(env.Err, env.Getenv) },
			Height: func() int { return output.TerminalHeight(env.Err, env.Getenv) },
		})
		p := &people{printer: printer, live: live, now: env.Now, began: env.Now(), stop: make(chan struct{})}
		p.beat.Go(p.heartbeat)
		return p
	}
}

// eventLines prints each event as a line of JSON; the verdict is last.
type eventLines struct {
	printer *output.Printer
	now     func() time.Time
	last    string
}

// schema is the version of the events' form: fields are only added within one.
const schema = 1

type eventLine struct {
	Type    string    `json:"type"`
	Schema  int       `json:"schema"`
	Time    time.Time `json:"time"`
	Release int       `json:"release,omitempty"`
	Message string    `json:"message,omitempty"`
	Object  string    `json:"object,omitempty"`
	Action  string    `json:"action,omitempty"`

	Held      *rollout.Held      `json:"held,omitempty"`
	Kept      any                `json:"kept,omitempty"`
	Workloads []diagnosis.Report `json:"workloads,omitempty"`
	Lost      string             `json:"unreachable,omitempty"`
	Outcome   *rollout.Outcome   `json:"outcome,omitempty"`
}

func (p *eventLines) event(e rollout.Event) {
	line := eventLine{
		Type: string(e.Type), Schema: schema, Time: p.now().UTC(), Release: e.Release, Message: e.Message,
		Object: e.Object, Action: string(e.Action), Held: e.Held,
	}
	if e.Kept != nil {
		line.Kept = e.Kept
	}
	if e.Progress != nil {
		line.Workloads = e.Progress.Reports
		if e.Progress.Lost != nil {
			line.Lost = e.Progress.Lost.Error()
		}
		same := progressText(e.Progress)
		if same == p.last {
			return
		}
		p.last = same
	}
	_ = output.PrintEvent(p.printer, line) // a reader that left does not end the deployment
}

func (p *eventLines) end(outcome rollout.Outcome, err error) error {
	if outcome.Release == 0 {
		return err // refused before anything was done: the error says it all
	}
	line := eventLine{Type: "verdict", Schema: schema, Time: p.now().UTC(), Release: outcome.Release, Outcome: &outcome}
	if failed := output.PrintEvent(p.printer, line); err == nil {
		err = failed
	}
	return err
}

// people shows a live view on stderr.
type people struct {
	printer *output.Printer
	live    *output.Live
	now     func() time.Time
	began   time.Time
	stop    chan struct{}
	beat    sync.WaitGroup

	mu   sync.Mutex
	last *rollout.Progress
}

// heartbeat says that the wait goes on, where nothing can be redrawn.
func (p *people) heartbeat() {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticks.C:
			p.mu.Lock()
			last := p.last
			p.mu.Unlock()
			if last != nil {
				p.live.Update(p.lines(last))
				p.live.Tick(fmt.Sprintf("still waiting after %s: %s", p.elapsed(), progressText(last)))
			}
		}
	}
}

func (p *people) elapsed() string { return p.now().Sub(p.began).Round(time.Second).String() }

func (p *people) event(e rollout.Event) {
	switch e.Type {
	case rollout.EventWaiting:
		p.live.Println(output.Line{Text: "waiting: " + e.Message, Style: output.StyleWarn})
	case rollout.EventKept:
		p.live.Println(output.Line{Style: output.StyleWarn, Text: fmt.Sprintf("kept: %s %s is %v, set by %s; the file says %v (--reset takes it)",
			e.Object, e.Kept.Path, e.Kept.Live, e.Kept.Manager, e.Kept.Desired)})
	case rollout.EventUnchanged:
		p.live.Println(output.Line{Text: e.Message})
	case rollout.EventApplied:
		p.live.Println(output.Line{Text: fmt.Sprintf("%sd %s", e.Action, e.Object)})
	case rollout.EventRestoring:
		p.live.Println(output.Line{Text: e.Message, Style: output.StyleWarn})
	case rollout.EventProgress:
		p.mu.Lock()
		p.last = e.Progress
		p.mu.Unlock()
		p.live.Update(p.lines(e.Progress))
	}
}

// lines is the live block: a line for each workload, one for each cause, and one when the server is gone.
func (p *people) lines(progress *rollout.Progress) []output.Line {
	var lines []output.Line
	for i := range progress.Reports {
		r := &progress.Reports[i]
		lines = append(lines, output.Line{Key: r.Ref.String(), Style: styleOf(r), Text: workloadText(r)})
		for _, cause := range current(r.Causes) {
			lines = append(lines, output.Line{
				Key: r.Ref.String() + " " + cause.Message, Style: output.StyleWarn, Text: "  " + cause.Message,
			})
		}
	}
	if progress.Lost != nil {
		lines = append(lines, output.Line{Key: "lost", Style: output.StyleBad, Text: fmt.Sprintf("the API server can't be heard: %v", progress.Lost)})
	}
	return lines
}

// current are the causes that pods of the new revision have: those of the one that goes are no news while it goes.
func current(causes []diagnosis.Cause) []diagnosis.Cause {
	return slices.DeleteFunc(slices.Clone(causes), func(c diagnosis.Cause) bool { return c.Old })
}

func styleOf(r *diagnosis.Report) output.Style {
	switch r.Verdict {
	case diagnosis.Succeeded:
		return output.StyleGood
	case diagnosis.Failed:
		return output.StyleBad
	default:
		return output.StylePlain
	}
}

func workloadText(r *diagnosis.Report) string {
	if r.UpdatedReady != nil && (*r.UpdatedReady < r.Wanted || r.Ready > r.Wanted) {
		return fmt.Sprintf("%s: %d of %d new pods ready, %d ready in all", r.Ref.Arg(), *r.UpdatedReady, r.Wanted, r.Ready)
	}
	return fmt.Sprintf("%s: %d of %d ready, %d updated", r.Ref.Arg(), r.Ready, r.Wanted, r.Updated)
}

func progressText(p *rollout.Progress) string {
	text := ""
	for i := range p.Reports {
		r := &p.Reports[i]
		if text != "" {
			text += "; "
		}
		text += workloadText(r)
		for _, cause := range current(r.Causes) {
			text += ", " + diagnosis.FewWords(cause)
		}
	}
	if p.Lost != nil {
		text += "; the API server can't be heard"
	}
	return text
}

// end leaves the last state on the screen, shows the evidence of a failure, and prints the outcome.
func (p *people) end(outcome rollout.Outcome, err error) error {
	close(p.stop)
	p.beat.Wait()
	if err != nil {
		p.evidence(outcome)
	}
	p.live.Done()
	if outcome.Release == 0 {
		return err
	}
	if failed := output.PrintItem(p.printer, outcomeView(), outcome); err == nil {
		err = failed
	}
	return err
}

// evidence prints what proves the cause, before the error says it: the last lines of a log, an event.
func (p *people) evidence(outcome rollout.Outcome) {
	for i := range outcome.Reports {
		for _, cause := range current(outcome.Reports[i].Causes) {
			for _, e := range cause.Evidence {
				for _, line := range evidenceLines(e) {
					p.live.Println(output.Line{Text: "  " + line, Style: output.StyleDim})
				}
			}
		}
	}
}

func outcomeView() output.View[rollout.Outcome] {
	text := func(of func(rollout.Outcome) string) func(rollout.Outcome) output.Cell {
		return func(o rollout.Outcome) output.Cell { return output.Text(of(o)) }
	}
	return output.View[rollout.Outcome]{
		Kind: "OutcomeList",
		Name: rollout.Outcome.ID,
		Columns: []output.Column[rollout.Outcome]{
			{Header: "RELEASE", Cell: text(rollout.Outcome.ID)},
			{Header: "VERDICT", Cell: verdictOf},
			{Header: "TIME", Right: true, Cell: text(func(o rollout.Outcome) string { return fmt.Sprintf("%.1fs", o.Seconds) })},
			{Header: "CHANGED", Wide: true, Right: true, Cell: text(func(o rollout.Outcome) string { return fmt.Sprint(o.Changed) })},
			{Header: "CLUSTER", Wide: true, Cell: text(func(o rollout.Outcome) string { return o.Cluster })},
		},
	}
}

func verdictOf(o rollout.Outcome) output.Cell {
	switch o.Verdict {
	case "succeeded":
		return output.Good(string(o.Verdict))
	case "":
		return output.Dim("not waited for")
	default:
		return output.Bad(string(o.Verdict))
	}
}

// health is the state of an app as one word, from the reports on its workloads: the worst counts.
func health(reports []diagnosis.Report) inventory.Health {
	worst := inventory.Healthy
	rank := map[inventory.Health]int{
		inventory.Healthy: 0, inventory.Stopped: 1, inventory.Progressing: 2, inventory.Unknown: 3, inventory.Degraded: 4, inventory.Failed: 5,
	}
	for _, report := range reports {
		w := inventory.Workload{Kind: report.Kind}
		w.Judge(report)
		if rank[w.Health] > rank[worst] {
			worst = w.Health
		}
	}
	return worst
}
