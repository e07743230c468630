package app

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// expand replaces ${name} and ${name:-default} in one text; $${ stands for ${ itself. A default can't hold a '}', and
// takes effect when the variable is not set or empty.
func expand(text string, vars map[string]string) (string, error) {
	var out strings.Builder
	for {
		at := strings.Index(text, "${")
		if at < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if at > 0 && text[at-1] == '$' {
			out.WriteString(text[:at-1] + "${")
			text = text[at+2:]
			continue
		}
		inside, after, closed := strings.Cut(text[at+2:], "}")
		if !closed {
			return "", fmt.Errorf("${ is not closed by a }; a literal ${ is written $${")
		}
		value, err := valueOf(inside, vars)
		if err != nil {
			return "", err
		}
		out.WriteString(text[:at] + value)
		text = after
	}
}

// plainVariable expands an unquoted value that is one variable and nothing else, such as in `replicas: ${n}`, when it
// stands for a whole number or for true or false. Everything else is expanded as text, after decoding.
func plainVariable(text string, vars map[string]string) (string, bool) {
	inside, opened := strings.CutPrefix(text, "${")
	inside, closed := strings.CutSuffix(inside, "}")
	if !opened || !closed || strings.ContainsAny(inside, "{}") {
		return "", false
	}
	value, err := valueOf(inside, vars)
	if err != nil {
		return "", false
	}
	if _, err := strconv.Atoi(value); err != nil && value != "true" && value != "false" {
		return "", false
	}
	return value, true
}

func valueOf(inside string, vars map[string]string) (string, error) {
	name, fallback, hasDefault := strings.Cut(inside, ":-")
	if !isVarName(name) {
		return "", fmt.Errorf("${%s}: a variable's name has letters, digits and '_' only; a literal ${ is written $${", inside)
	}
	value, set := vars[name]
	switch {
	case hasDefault && value == "":
		return fallback, nil
	case set:
		return value, nil
	}
	message := ""
	if nearest, ok := strictyaml.Nearest(name, sortedKeys(vars)); ok {
		message = fmt.Sprintf(" (there is %q)", nearest)
	}
	return "", fmt.Errorf("variable %s is not set%s: give --var %s=VALUE, or write ${%s:-DEFAULT}; a literal ${ is written $${", name, message, name, name)
}

func isVarName(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !isAlnum(r) && r != '_' })
}

// escapeVars is the inverse of expand.
func escapeVars(text string) string { return strings.ReplaceAll(text, "${", "$${") }

// expandAll expands every text inside v, a pointer to a struct. It works on decoded values, so that what a variable holds
// can never become structure. report hears of each text that can't be expanded.
func expandAll(v reflect.Value, path string, vars map[string]string, report func(path string, err error)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			expandAll(v.Elem(), path, vars, report)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			expandAll(v.Field(i), join(path, jsonName(v.Type().Field(i))), vars, report)
		}
	case reflect.Slice:
		for i := range v.Len() {
			expandAll(v.Index(i), fmt.Sprintf("%s[%d]", path, i), vars, report)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			entry := reflect.New(v.Type().Elem()).Elem()
			entry.Set(v.MapIndex(key))
			expandAll(entry, join(path, key.String()), vars, report)
			v.SetMapIndex(key, entry)
		}
	case reflect.String:
		expanded, err := expand(v.String(), vars)
		if err != nil {
			report(path, err)
			return
		}
		v.SetString(expanded)
	}
}

// jsonName is the name of a field in the file.
func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// join adds a key to a path in the form that strictyaml reads.
func join(path, key string) string {
	key = strictyaml.QuoteKey(key)
	if path == "" {
		return key
	}
	return path + "." + key
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
