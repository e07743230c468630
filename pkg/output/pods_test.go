package output_test

import (
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/output"
)

var update = flag.Bool("update", false, "write the golden files")

// pod is what the tests print.
type pod struct {
	Name     string `json:"name"`
	Project  string `json:"project"`
	Status   string `json:"status"`
	Restarts int    `json:"restarts"`
	Node     string `json:"node"`
}

func podView() output.View[pod] {
	text := func(header string, get func(pod) string) output.Column[pod] {
		return output.Column[pod]{Header: header, Cell: func(p pod) output.Cell { return output.Text(get(p)) }}
	}
	wide := text("node name", func(p pod) string { return p.Node })
	wide.Wide = true
	return output.View[pod]{
		Kind: "PodList",
		Name: func(p pod) string { return p.Project + "/" + p.Name },
		Columns: []output.Column[pod]{
			text("name", func(p pod) string { return p.Name }),
			text("project", func(p pod) string { return p.Project }),
			text("ready", func(pod) string { return "2/2" }),
			{Header: "status", Cell: func(p pod) output.Cell {
				if p.Status == "Running" {
					return output.Good(p.Status)
				}
				return output.Bad(p.Status)
			}},
			{Header: "restarts", Right: true, Cell: func(p pod) output.Cell { return output.Int(p.Restarts) }},
			text("age", func(pod) string { return "3d4h" }),
			text("ip", func(pod) string { return "10.0.12.7" }),
			wide,
		},
	}
}

func detailedPodView() output.View[pod] {
	view := podView()
	view.Details = func(p pod) output.Details {
		return output.Details{Sections: []output.Section{
			{Rows: []output.DetailRow{
				output.Row("Name", output.Text(p.Name)),
				output.Row("Status", output.Bad(p.Status)),
				output.WideRow("Node", output.Text(p.Node)),
				output.Row("Note", output.Text("")),
			}},
			{Title: "Empty"},
			{Title: "Last lines", Lines: []string{"panic: boom", "at \x1b[31mmain\nat exit"}},
			{Title: "日本", Rows: []output.DetailRow{
				output.Row("港", output.Text("80")), output.Row("why", output.Warn("one\ntwo")),
			}},
		}}
	}
	return view
}

// awkward are things with all that makes printing hard.
func awkward() []pod {
	return []pod{
		{Name: "cart-7d9f8b6c5-abcde", Project: "shop", Status: "Running", Node: "node-1"},
		{Name: "日本語", Project: "shop", Status: "CrashLoopBackOff", Restarts: 1234, Node: "a,b \"c\"\nd"},
		{Name: "👨\u200d👩\u200d👧🇩🇪❤️", Project: "e\u0301", Status: "yes", Restarts: -1, Node: "=cmd|'/c calc'!A1"},
		{Name: "evil\x1b]0;owned\x07", Project: "a\u202eb", Status: "\x7f\u009b2J", Restarts: 0, Node: "<&>\ttab"},
	}
}

func pods(n int) iter.Seq2[pod, error] {
	return func(yield func(pod, error) bool) {
		for i := range n {
			p := pod{Name: fmt.Sprint("cart-7d9f8b6c5-", i), Project: "shop", Status: "Running", Restarts: i % 7, Node: "node-12"}
			if !yield(p, nil) {
				return
			}
		}
	}
}

func all(items []pod) iter.Seq2[pod, error] {
	return func(yield func(pod, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

var errGone = errors.New("gone")

func thenError(items iter.Seq2[pod, error]) iter.Seq2[pod, error] {
	return func(yield func(pod, error) bool) {
		for item, err := range items {
			if !yield(item, err) {
				return
			}
		}
		yield(pod{}, errGone)
	}
}

func printer(t testing.TB, w *strings.Builder, o output.Options) *output.Printer {
	t.Helper()
	p, err := output.New(w, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func listed(t testing.TB, o output.Options, items iter.Seq2[pod, error]) string {
	t.Helper()
	var b strings.Builder
	if err := output.PrintList(printer(t, &b, o), podView(), items); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func environment(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}
