package app

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// YAML writes the app as an App file: fields in the order of their documentation, maps by key, what is not set left out,
// and ${ escaped, so that Parse gives the same app again. It fails on text that is not UTF-8.
func (a *App) YAML() ([]byte, error) {
	w := &yamlWriter{}
	w.fields(reflect.ValueOf(a).Elem(), 0)
	return w.out, w.err
}

// yamlWriter writes the few shapes that an App file has.
type yamlWriter struct {
	out []byte
	err error
}

func (w *yamlWriter) line(indent int, text string) {
	w.out = append(w.out, strings.Repeat("  ", indent)+text+"\n"...)
}

func (w *yamlWriter) fields(v reflect.Value, indent int) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		_, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.Contains(options, "omitempty") && absent(v.Field(i)) {
			continue
		}
		w.entry(jsonName(field), v.Field(i), indent)
	}
}

// absent: an empty struct behind a pointer is there, since its being there means something.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

func (w *yamlWriter) entry(key string, v reflect.Value, indent int) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		before := len(w.out)
		w.line(indent, key+":")
		inside := len(w.out)
		w.fields(v, indent+1)
		if len(w.out) == inside {
			w.out = w.out[:before]
			w.line(indent, key+": {}")
		}
	case reflect.Map:
		w.line(indent, key+":")
		for _, name := range sortedMapKeys(v) {
			w.entry(w.text(name, 0), v.MapIndex(reflect.ValueOf(name)), indent+1)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			w.line(indent, key+": []")
			return
		}
		w.line(indent, key+":")
		for i := range v.Len() {
			w.item(v.Index(i), indent+1)
		}
	case reflect.String:
		w.line(indent, key+": "+w.text(escapeVars(v.String()), indent+1))
	default:
		w.line(indent, fmt.Sprintf("%s: %v", key, v.Interface()))
	}
}

// item writes a list item; a struct's first field stands behind the dash.
func (w *yamlWriter) item(v reflect.Value, indent int) {
	if v.Kind() != reflect.Struct {
		w.line(indent, "- "+w.text(escapeVars(v.String()), indent+1))
		return
	}
	before := len(w.out)
	w.fields(v, indent+1)
	if len(w.out) == before {
		w.line(indent, "- {}")
		return
	}
	w.out[before+2*indent] = '-'
}

func sortedMapKeys(v reflect.Value) []string {
	keys := map[string]bool{}
	for _, key := range v.MapKeys() {
		keys[key.String()] = true
	}
	return sortedKeys(keys)
}

// text writes a string: plain where no reader of YAML takes it for anything else, as a block where that reads better, else
// in quotes. An indent of 0 means that a block is not possible.
func (w *yamlWriter) text(s string, indent int) string {
	if !utf8.ValidString(s) {
		w.err = fmt.Errorf("writing an App file: %q is not UTF-8", shorten(s))
		return `""`
	}
	switch {
	case isPlain(s):
		return s
	case indent > 0 && isBlock(s):
		return blockText(s, indent)
	}
	// Go's escapes are a subset of YAML's.
	return strconv.Quote(s)
}

func isPlain(s string) bool {
	if s == "" || strings.HasSuffix(s, ":") || len(s) > 200 {
		return false
	}
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", ".nan", ".inf":
		return false
	}
	first := rune(s[0])
	switch {
	case first >= '0' && first <= '9':
		unit := strings.TrimLeft(s, "0123456789")
		return unit == "m" || unit == "s" || unit == "h" || unit == "Ki" || unit == "Mi" || unit == "Gi" || unit == "Ti"
	case !isAlnum(first) && first != '/' && first != '_':
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !isAlnum(r) && !strings.ContainsRune("-_./:@+=", r) })
}

// isBlock: several lines that a block can hold without escapes.
func isBlock(s string) bool {
	body := strings.TrimSuffix(s, "\n")
	if !strings.Contains(s, "\n") || body == "" || strings.HasSuffix(body, "\n") || body[0] == ' ' || body[0] == '\t' || body[0] == '\n' {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.TrimSpace(line) == "" && line != "" {
			return false
		}
	}
	return !strings.ContainsFunc(body, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) })
}

func blockText(s string, indent int) string {
	var b strings.Builder
	b.WriteString("|")
	body, ends := strings.CutSuffix(s, "\n")
	if !ends {
		b.WriteString("-")
	}
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteString("\n")
		if line != "" {
			b.WriteString(strings.Repeat("  ", indent) + line)
		}
	}
	return b.String()
}
