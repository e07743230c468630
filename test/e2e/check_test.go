package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// assertJSON is json FILE PATH REGEXP: what stands at a path of a document matches as a whole. Several documents, one a
// line, count as a list: [-1].verdict is that of the last one. With ! nothing is there, or something else.
func assertJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: [!] json FILE PATH REGEXP")
	}
	pattern, err := regexp.Compile("(?s)^(?:" + args[2] + ")$")
	ts.Check(err)
	document, err := documents(ts.ReadFile(args[0]))
	ts.Check(err)
	found, there := at(document, args[1])
	text := textOf(found)
	if (there && pattern.MatchString(text)) == neg {
		ts.Fatalf("%s of %s is %q, not to the liking of %q in\n%s", args[1], args[0], text, args[2], ts.ReadFile(args[0]))
	}
}

func documents(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var all []any
	for {
		var one any
		err := decoder.Decode(&one)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("this is no JSON: %w\n%s", err, text)
		}
		all = append(all, one)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

var pathStep = regexp.MustCompile(`\.([^.\[\]]+)|\[(-?\d+)\]`)

// at walks along a path such as .items[0].name; a negative index counts from the end.
func at(document any, path string) (any, bool) {
	for _, step := range pathStep.FindAllStringSubmatch(path, -1) {
		if step[1] != "" {
			object, _ := document.(map[string]any)
			value, there := object[step[1]]
			if !there {
				return nil, false
			}
			document = value
			continue
		}
		list, _ := document.([]any)
		i, _ := strconv.Atoi(step[2])
		if i < 0 {
			i += len(list)
		}
		if i < 0 || i >= len(list) {
			return nil, false
		}
		document = list[i]
	}
	return document, true
}

func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		raw, _ := json.Marshal(v)
		return string(raw)
	}
}

func TestJSONPath(t *testing.T) {
	document, err := documents(`{"a":[{"b":1}]}` + "\n" + `{"c":"x"}`)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"[0].a[0].b": "1", "[-1].c": "x", "[0].a": `[{"b":1}]`} {
		if got, there := at(document, path); !there || textOf(got) != want {
			t.Errorf("%s: %s, want %s", path, textOf(got), want)
		}
	}
	if _, there := at(document, "[2].c"); there {
		t.Error("[2].c is there")
	}
}

// varying is what differs from run to run, in the order in which it is replaced.
var varying = []struct {
	what *regexp.Regexp
	by   string
}{
	{regexp.MustCompile(`sha256:[0-9a-f]{64}`), "DIGEST"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "TIME"},
	{regexp.MustCompile(`-[0-9a-f]{7,10}-[a-z0-9]{5}\b`), "-POD"},
	{regexp.MustCompile(`\b(\d+d)?(\d+h)?(\d+m)?\d+(\.\d+)?s\b`), "AGE"},
	{regexp.MustCompile(`  +`), "  "},
	{regexp.MustCompile(` +\n`), "\n"},
}

// same FILE WANT compares text that people see, after replacing what varies.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same FILE WANT")
	}
	got, want := steady(ts, ts.ReadFile(args[0])), steady(ts, ts.ReadFile(args[1]))
	if got != want {
		ts.Fatalf("%s is not %s. It is\n%s\nand should be\n%s", args[0], args[1], got, want)
	}
}

func steady(ts *testscript.TestScript, text string) string {
	for _, name := range []string{"PROJECT", "REG", "PRIVATE"} {
		if value := ts.Getenv(name); value != "" {
			text = strings.ReplaceAll(text, value, name)
		}
	}
	for _, v := range varying {
		text = v.what.ReplaceAllString(text, v.by)
	}
	return strings.TrimRight(text, "\n") + "\n"
}
