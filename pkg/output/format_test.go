package output_test

import (
	"io"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

func TestGoodFormats(t *testing.T) {
	for value, name := range map[string]string{
		"": "table", "table": "table", "wide": "wide", "json": "json", "yaml": "yaml", "csv": "csv", "name": "name",
		"ndjson": "ndjson", "jsonpath=.a": "jsonpath", "jsonpath={.a}": "jsonpath", "go-template={{.a}}": "go-template",
		`jsonpath={.a[?(@.b=="c")].d}`: "jsonpath", "jsonpath=[0]": "jsonpath",
	} {
		p, err := output.New(io.Discard, output.Options{Format: value})
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		if people := name == "table" || name == "wide"; p.Format() != name || p.ForPeople() != people {
			t.Errorf("%q: format %q, for people %v", value, p.Format(), p.ForPeople())
		}
	}
}

func TestBadOptionsAreUsageFaultsWithTheNextStep(t *testing.T) {
	for _, tt := range []struct {
		options       output.Options
		message, hint string
	}{
		{output.Options{Format: "jsno"}, `unknown value "jsno" for -o`, "did you mean -o json?"},
		{output.Options{Format: "Table"}, `"Table"`, "did you mean -o table?"},
		{output.Options{Format: "yml"}, `"yml"`, "did you mean -o yaml?"},
		{output.Options{Format: "gotemplate={{.}}"}, `"gotemplate"`, "did you mean -o go-template=?"},
		{output.Options{Format: "jsonpat"}, `"jsonpat"`, "valid: table, wide, json, yaml, csv, name, ndjson, jsonpath=, go-template="},
		{output.Options{Format: "x\x1b[2J"}, `x\\x1b[2J`, "valid:"},
		{output.Options{Format: strings.Repeat("long", 1<<18)}, "long", "valid:"},
		{output.Options{Format: "json=x"}, "-o json takes no expression", "use -o json"},
		{output.Options{Format: "jsonpath"}, "-o jsonpath needs an expression", "for example -o jsonpath='{.items"},
		{output.Options{Format: "jsonpath= "}, "needs an expression", "for example"},
		{output.Options{Format: "go-template="}, "needs an expression", "{{range .items}}"},
		{output.Options{Format: "jsonpath={.a"}, "unclosed action", "for example"},
		{output.Options{Format: "go-template={{.a"}, "unclosed action", "for example"},
		{output.Options{Format: "go-template={{env}}"}, `"env" not defined`, "for example"},
		{output.Options{Color: "allways"}, `unknown value "allways" for --color`, "did you mean --color always?"},
	} {
		p, err := output.New(io.Discard, tt.options)
		if p != nil || !fault.Is(err, fault.Usage) {
			t.Errorf("%.40q: %v is no usage fault", tt.options.Format, err)
			continue
		}
		report := fault.ReportOf(err)
		if !strings.Contains(report.Message, tt.message) || !strings.Contains(report.Hint, tt.hint) {
			t.Errorf("%.40q: message %.200q, hint %q", tt.options.Format, report.Message, report.Hint)
		}
	}
}

// FuzzFormat: no expression may crash, neither when read nor when applied; what is wrong is the user's.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{
		"json", "jsonpath={range .items[*]}{.name}{end}", "jsonpath={end}{end}", "jsonpath={..name}", "jsonpath={.items[1:9:0]}",
		"jsonpath={.items[-1:]}", "jsonpath={.items[?(@.restarts>1)].name}", "jsonpath={.items[(@.length-1)]}", "jsonpath={range .x}",
		"jsonpath={.items['name','status']}", "jsonpath={\"\\x\"}", "go-template={{range .items}}{{.}}{{end}}", "go-template={{join .kind .items}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, format string) {
		if strings.HasPrefix(format, "go-template=") && strings.Contains(format, "%") {
			return // {{printf "%999999999d" 1}} does what it says
		}
		var b strings.Builder
		p, err := output.New(&b, output.Options{Format: format})
		if err == nil {
			err = output.PrintList(p, podView(), all(awkward()))
		}
		if err != nil && !fault.Is(err, fault.Usage) {
			t.Errorf("%q: %v", format, err)
		}
	})
}
