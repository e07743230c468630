package output_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestEveryFormatOfAList(t *testing.T) {
	for name, format := range map[string]string{
		"list.table": "table", "list.wide": "wide", "list.json": "json", "list.yaml": "yaml", "list.csv": "csv",
		"list.name": "name", "list.ndjson": "ndjson",
		"list.jsonpath":    `jsonpath={range .items[*]}{.name}{"\t"}{.restarts}{"\n"}{end}`,
		"list.go-template": `go-template={{.kind}} {{len .items}}{{range .items}} {{.restarts}}{{end}}`,
	} {
		golden(t, name, listed(t, output.Options{Format: format}, all(awkward())))
		golden(t, name+".tty", listed(t, output.Options{Format: format, TTY: true, Width: 200}, all(awkward())))
		golden(t, name+".noheaders", listed(t, output.Options{Format: format, NoHeaders: true}, all(awkward())))
		golden(t, name+".empty", listed(t, output.Options{Format: format}, all(nil)))
	}
}

func TestEveryFormatOfOneThing(t *testing.T) {
	for name, format := range map[string]string{
		"item.table": "table", "item.wide": "wide", "item.json": "json", "item.yaml": "yaml", "item.csv": "csv",
		"item.name": "name", "item.ndjson": "ndjson", "item.jsonpath": "jsonpath=name",
		"item.go-template": `go-template={{.name | upper}} {{json .}} {{default "none" .missing}}`,
	} {
		for suffix, view := range map[string]output.View[pod]{"": podView(), ".details": detailedPodView()} {
			var b strings.Builder
			p := printer(t, &b, output.Options{Format: format, Color: "always"})
			if err := output.PrintItem(p, view, awkward()[1]); err != nil {
				t.Fatal(err)
			}
			golden(t, name+suffix, b.String())
		}
	}
}

func TestAListThatBreaksOffIsMarkedAndItsErrorKept(t *testing.T) {
	for name, format := range map[string]string{
		"broken.table": "table", "broken.json": "json", "broken.yaml": "yaml", "broken.csv": "csv", "broken.name": "name",
		"broken.ndjson": "ndjson", "broken.jsonpath": "jsonpath={.items[*].name}", "broken.go-template": "go-template={{len .items}}",
	} {
		var b strings.Builder
		err := output.PrintList(printer(t, &b, output.Options{Format: format}), podView(), thenError(pods(2)))
		if !errors.Is(err, errGone) || !strings.Contains(err.Error(), "after 2") {
			t.Errorf("%s: error %v", name, err)
		}
		golden(t, name, b.String())
	}
}

func TestIncompleteDocumentsParse(t *testing.T) {
	for _, format := range []string{"json", "yaml"} {
		var b strings.Builder
		_ = output.PrintList(printer(t, &b, output.Options{Format: format}), podView(), thenError(pods(3)))
		var got struct {
			Kind       string
			Items      []pod
			Incomplete bool
		}
		if err := yaml.UnmarshalStrict([]byte(b.String()), &got); err != nil {
			t.Fatalf("%s: %v in\n%s", format, err, b.String())
		}
		if got.Kind != "PodList" || len(got.Items) != 3 || !got.Incomplete {
			t.Errorf("%s: %+v", format, got)
		}
	}
}

func TestNothingIsPrintedWhenTheFirstAnswerIsAnError(t *testing.T) {
	for _, format := range []string{"table", "json", "yaml", "csv", "name", "jsonpath={.items}"} {
		var b strings.Builder
		err := output.PrintList(printer(t, &b, output.Options{Format: format}), podView(), thenError(all(nil)))
		if err != errGone || b.String() != "" {
			t.Errorf("%s: %v, printed %q", format, err, b.String())
		}
	}
}

// brokenPipe takes so many bytes and then has no reader.
type brokenPipe struct{ room int }

func (w *brokenPipe) Write(b []byte) (int, error) {
	if len(b) > w.room {
		return 0, syscall.EPIPE
	}
	w.room -= len(b)
	return len(b), nil
}

func TestAWriteErrorIsReturnedAndEndsTheList(t *testing.T) {
	for _, format := range []string{"table", "json", "yaml", "csv", "name", "ndjson"} {
		p, err := output.New(&brokenPipe{room: 100 << 10}, output.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		err = output.PrintList(p, podView(), func(yield func(pod, error) bool) {
			for item := range pods(100_000) {
				asked++
				if !yield(item, nil) {
					return
				}
			}
		})
		if !errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), "broke off") {
			t.Errorf("%s: error %v", format, err)
		}
		if asked > 20_000 {
			t.Errorf("%s: asked for %d items after the reader had gone", format, asked)
		}
	}
	p, _ := output.New(&brokenPipe{}, output.Options{})
	if err := output.PrintItem(p, podView(), pod{}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("one thing: error %v", err)
	}
	if err := output.PrintEvent(p, pod{}); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("event: error %v", err)
	}
}

func TestAGoneReaderDoesNotHideTheCause(t *testing.T) {
	p, _ := output.New(&brokenPipe{}, output.Options{Format: "json"})
	err := output.PrintList(p, podView(), thenError(pods(1)))
	if !errors.Is(err, errGone) || errors.Is(err, syscall.EPIPE) || !strings.Contains(err.Error(), "and then: writing output") {
		t.Errorf("error %v", err)
	}
}

func TestAThingThatHasNoJSONBreaksTheListOff(t *testing.T) {
	for _, format := range []string{"json", "yaml", "ndjson", "go-template={{.}}"} {
		var b strings.Builder
		err := output.PrintList(printer(t, &b, output.Options{Format: format}), output.View[float64]{Kind: "N"},
			func(yield func(float64, error) bool) { _ = yield(1, nil) && yield(math.NaN(), nil) })
		if err == nil || !strings.Contains(err.Error(), "broke off after 1") {
			t.Errorf("%s: error %v", format, err)
		}
		if format == "json" && !json.Valid([]byte(b.String())) {
			t.Errorf("not JSON: %s", b.String())
		}
	}
}

func TestPrintEventIsOneLineAtOnce(t *testing.T) {
	var b strings.Builder
	p := printer(t, &b, output.Options{Format: "table", TTY: true})
	for range 2 {
		if err := output.PrintEvent(p, map[string]string{"type": "step", "text": "a\n\u009b<b>"}); err != nil {
			t.Fatal(err)
		}
	}
	line := `{"text":"a\n\u009b<b>","type":"step"}` + "\n"
	if b.String() != line+line {
		t.Errorf("got %q", b.String())
	}
}

func TestANameIsOneLine(t *testing.T) {
	got := listed(t, output.Options{Format: "name"}, all([]pod{{Project: "p", Name: "a\nshop/other"}}))
	if got != "p/a\\nshop/other\n" {
		t.Errorf("got %q", got)
	}
}

func TestCSVReadsBack(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(listed(t, output.Options{Format: "csv"}, all(awkward())))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"name", "project", "ready", "status", "restarts", "age", "ip", "node_name"}
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Error(diff)
	}
	if got := records[2][7]; got != awkward()[1].Node {
		t.Errorf("got %q", got)
	}
	if number, formula := records[3][4], records[3][7]; number != "-1" || formula != "'=cmd|'/c calc'!A1" {
		t.Errorf("number %q, formula %q", number, formula)
	}
}

func TestTemplatesMayBeUsedAgain(t *testing.T) {
	for _, format := range []string{`jsonpath={range .items[*]}{.name},{end}`, `go-template={{range .items}}{{.name}},{{end}}`} {
		var b strings.Builder
		p := printer(t, &b, output.Options{Format: format})
		for range 2 {
			if err := output.PrintList(p, podView(), all([]pod{{Name: "a"}, {Name: "b"}})); err != nil {
				t.Fatal(err)
			}
		}
		if b.String() != "a,b,a,b," {
			t.Errorf("%s: got %q", format, b.String())
		}
	}
}

func TestTemplateData(t *testing.T) {
	type thing struct {
		Big   int64    `json:"big"`
		Half  float64  `json:"half"`
		Tags  []string `json:"tags"`
		Inner any      `json:"inner"`
	}
	item := thing{Big: 12345678901, Half: 0.5, Tags: []string{"x", "y"}}
	for format, want := range map[string]string{
		"jsonpath=.big":          "12345678901",
		"jsonpath={.tags[1]}":    "y",
		"jsonpath=$.half":        "0.5",
		"jsonpath={.missing}":    "",
		"jsonpath={.inner}":      "null",
		"jsonpath=tags":          `["x","y"]`,
		"go-template={{.big}}":   "12345678901",
		"go-template={{.half}}":  "0.5",
		"go-template={{.inner}}": "<no value>",
		`go-template={{index (split "-" "a-b") 1}}{{join "+" .tags}}{{lower "A"}}{{default 1 2}}`: "bx+ya2",
	} {
		var b strings.Builder
		if err := output.PrintItem(printer(t, &b, output.Options{Format: format}), output.View[thing]{}, item); err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if b.String() != want {
			t.Errorf("%s: got %q, want %q", format, b.String(), want)
		}
	}
}

func TestAnExpressionThatDoesNotFitTheDataIsAUsageFault(t *testing.T) {
	for _, format := range []string{"go-template={{.name.first}}", "jsonpath={.name[0].x}", "jsonpath={.items[7]}"} {
		p, err := output.New(io.Discard, output.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		err = output.PrintList(p, podView(), pods(1))
		if format != "jsonpath={.items[7]}" {
			err = output.PrintItem(p, podView(), pod{Name: "a"})
		}
		if !fault.Is(err, fault.Usage) || fault.ReportOf(err).Hint == "" {
			t.Errorf("%s: error %v", format, err)
		}
	}
}

// FuzzYAMLIsTheSameDocumentAsJSON holds the YAML against what another library reads from it.
func FuzzYAMLIsTheSameDocumentAsJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":"yes","b":"22:30","c":null,"d":[],"e":{},"f":[[1,2],[{"g":"x\ny\n"}]]}`, `"a: b # c"`, `{"a\nb":" lead\n\ttab"}`,
		`123456789012345678901234567890`, `[-0.5,1e21,"1e3","0x1f","~","null","true","2026-01-02","\u001b\u0085\ufeff"]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document string) {
		var value any
		if json.Unmarshal([]byte(document), &value) != nil {
			return
		}
		var b strings.Builder
		if err := output.PrintItem(printer(t, &b, output.Options{Format: "yaml"}), output.View[any]{}, value); err != nil {
			t.Fatal(err)
		}
		var got any
		if err := yaml.Unmarshal([]byte(b.String()), &got); err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if diff := cmp.Diff(value, got); diff != "" {
			t.Errorf("%s\nin\n%s", diff, b.String())
		}
	})
}
