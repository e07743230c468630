package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

const jsonIndent = "  "

// marshal is JSON as people write it: <, > and & as they are, a newline at the end.
func marshal(v any, prefix, indent string) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(prefix, indent)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding as JSON: %w", err)
	}
	return b.Bytes(), nil
}

type jsonList[T any] struct {
	p     *Printer
	kind  string
	page  *page
	begun bool
}

func (l *jsonList[T]) item(item T) error {
	before := ",\n    "
	if !l.begun {
		before = l.start() + "\n    "
	}
	text, err := marshal(item, "    ", jsonIndent)
	if err != nil {
		return err
	}
	l.begun = true
	_, err = l.page.WriteString(before + strings.TrimSuffix(l.p.document(text), "\n"))
	return err
}

func (l *jsonList[T]) start() string {
	return "{\n  \"kind\": " + strconv.Quote(l.kind) + ",\n  \"items\": ["
}

func (l *jsonList[T]) end(incomplete bool) error {
	text := "\n  ]"
	if !l.begun {
		text = l.start() + "]"
	}
	if incomplete {
		text += ",\n  \"incomplete\": true"
	}
	_, err := l.page.WriteString(text + "\n}\n")
	return err
}

// jsonShaped is v as a program sees it that reads its JSON: maps, slices, strings, booleans, nil, int64 and float64.
func jsonShaped(v any) (any, error) {
	text, err := marshal(v, "", "")
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var data any
	if err := decoder.Decode(&data); err != nil {
		return nil, fmt.Errorf("reading back JSON: %w", err)
	}
	return numbers(data), nil
}

// numbers makes whole numbers int64, so that templates print 10000000 and not 1e+07.
func numbers(data any) any {
	switch data := data.(type) {
	case map[string]any:
		for key, value := range data {
			data[key] = numbers(value)
		}
	case []any:
		for i, value := range data {
			data[i] = numbers(value)
		}
	case json.Number:
		if n, err := data.Int64(); err == nil {
			return n
		}
		if f, err := data.Float64(); err == nil {
			return f
		}
		return data.String()
	}
	return data
}
