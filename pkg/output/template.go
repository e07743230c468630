package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"k8s.io/client-go/util/jsonpath"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// program is a compiled expression, applied to JSON-shaped data.
type program func(data any) (string, error)

// compileJSONPath takes kubectl's syntax, and also an expression without the outer braces and the first dot.
func compileJSONPath(expression string) (program, error) {
	expression = relaxed(expression)
	if err := jsonpath.New("jsonpath").Parse(expression); err != nil {
		return nil, err
	}
	return func(data any) (string, error) {
		// A parsed JSONPath is used up by executing a range, so each execution has its own.
		path := jsonpath.New("jsonpath").AllowMissingKeys(true)
		if err := path.Parse(expression); err != nil {
			return "", err
		}
		var b bytes.Buffer
		err := path.Execute(&b, data)
		return b.String(), err
	}, nil
}

func relaxed(expression string) string {
	expression = strings.TrimSpace(expression)
	switch {
	case strings.ContainsAny(expression, "{}"):
		return expression
	case strings.HasPrefix(expression, "."), strings.HasPrefix(expression, "["), strings.HasPrefix(expression, "$"):
		return "{" + expression + "}"
	default:
		return "{." + expression + "}"
	}
}

func compileTemplate(expression string) (program, error) {
	parsed, err := template.New("go-template").Funcs(templateFuncs()).Parse(expression)
	if err != nil {
		return nil, err
	}
	return func(data any) (string, error) {
		var b strings.Builder
		err := parsed.Execute(&b, data)
		return b.String(), err
	}, nil
}

// templateFuncs reach nothing outside the data: no environment, no files.
func templateFuncs() template.FuncMap {
	return template.FuncMap{
		"json": func(v any) (string, error) {
			text, err := json.Marshal(v)
			return string(text), err
		},
		"join": func(separator string, values []any) string {
			words := make([]string, len(values))
			for i, value := range values {
				words[i] = fmt.Sprint(value)
			}
			return strings.Join(words, separator)
		},
		"split": func(separator, s string) []string { return strings.Split(s, separator) },
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
		"default": func(instead, value any) any {
			if value == nil || value == "" {
				return instead
			}
			return value
		},
	}
}

// execute applies the expression. An error is a usage fault: the expression does not fit the data. On a terminal the
// text ends its line, so that the prompt does not follow it.
func (p *Printer) execute(data any) (string, error) {
	text, err := p.format.program(data)
	if err != nil {
		return "", fault.New(fault.Usage, "applying the expression of -o %s: %w", p.format.name, err).
			WithHint("see the data with -o json")
	}
	text = p.lines(text)
	if p.tty && text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text, nil
}

// templateList gathers the whole list, since an expression may use any of it.
type templateList[T any] struct {
	p     *Printer
	kind  string
	page  *page
	items []any
}

func (l *templateList[T]) item(item T) error {
	data, err := jsonShaped(item)
	l.items = append(l.items, data)
	return err
}

// end prints nothing of an incomplete list: a count or a last item of half a list looks like that of a whole one.
func (l *templateList[T]) end(incomplete bool) error {
	if incomplete {
		return nil
	}
	if l.items == nil {
		l.items = []any{}
	}
	text, err := l.p.execute(map[string]any{"kind": l.kind, "items": l.items})
	if err != nil {
		return err
	}
	_, err = l.page.WriteString(text)
	return err
}
