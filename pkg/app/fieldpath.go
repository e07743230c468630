package app

import (
	"fmt"
	"strconv"
	"strings"
)

// FieldAt gives the value at a path as the API server writes it in a conflict, such as
//
//	.spec.template.spec.containers[name="web"].env[name="A"].value
//	.spec.ports[port=80,protocol="TCP"].targetPort
//	.metadata.finalizers[="x"]
//	.spec.rules[0].host
//
// The server doesn't escape dots inside a key, so a path such as .metadata.labels.app.kubernetes.io/name is read against
// the body: of the keys it can mean, the one that exists. The answer is false when nothing stands there or the path can't
// be read.
func FieldAt(body map[string]any, path string) (any, bool) {
	steps, err := parsePath(path)
	if err != nil {
		return nil, false
	}
	way, found := resolve(body, steps)
	if !found {
		return nil, false
	}
	if len(way) == 0 {
		return body, true
	}
	return way[len(way)-1].value(), true
}

// DropField takes the field at path (in the form of FieldAt) out of body, in place, together with the maps that are empty
// without it. It fails when the path can't be read or names nothing in body.
func DropField(body map[string]any, path string) error {
	steps, err := parsePath(path)
	if err != nil {
		return err
	}
	way, found := resolve(body, steps)
	if !found || len(way) == 0 {
		return fmt.Errorf("dropping %s: there is no such field", path)
	}
	for i := len(way) - 1; i >= 0; i-- {
		container := way[i].drop()
		if i > 0 {
			way[i-1].set(container)
		}
		if !isEmpty(container) {
			break
		}
	}
	return nil
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

// step is one part of a path: a name, or a selector of a list item.
type step struct {
	isName bool
	name   string // may be empty: the key .env is written as two dots

	keys  []keyValue // [name="web"], [port=80,protocol="TCP"]
	value any        // [="x"], when set is true
	set   bool
	index int // [0], when neither of the others
}

type keyValue struct {
	name  string
	value any
}

// hop is a resolved step: where in which container.
type hop struct {
	inMap  map[string]any
	key    string
	inList []any
	index  int
}

func (h hop) value() any {
	if h.inMap != nil {
		return h.inMap[h.key]
	}
	return h.inList[h.index]
}

func (h hop) set(v any) {
	if h.inMap != nil {
		h.inMap[h.key] = v
		return
	}
	h.inList[h.index] = v
}

// drop takes the entry out and gives what the container is then. A list is copied, so that others who hold it see no
// change.
func (h hop) drop() any {
	if h.inMap != nil {
		delete(h.inMap, h.key)
		return h.inMap
	}
	shorter := make([]any, 0, len(h.inList)-1)
	return append(append(shorter, h.inList[:h.index]...), h.inList[h.index+1:]...)
}

// resolve follows steps from v. Names that follow each other may be one key with dots in it.
func resolve(v any, steps []step) ([]hop, bool) {
	if len(steps) == 0 {
		return nil, true
	}
	if !steps[0].isName {
		list, ok := v.([]any)
		if !ok {
			return nil, false
		}
		at := findItem(list, steps[0])
		if at < 0 {
			return nil, false
		}
		rest, found := resolve(list[at], steps[1:])
		return append([]hop{{inList: list, index: at}}, rest...), found
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	key := steps[0].name
	for i := 0; i < len(steps) && steps[i].isName; i++ {
		if i > 0 {
			key += "." + steps[i].name
		}
		child, there := fields[key]
		if !there {
			continue
		}
		if rest, found := resolve(child, steps[i+1:]); found {
			return append([]hop{{inMap: fields, key: key}}, rest...), true
		}
	}
	return nil, false
}

func findItem(list []any, s step) int {
	for i, item := range list {
		switch {
		case s.set:
			if sameJSON(item, s.value) {
				return i
			}
		case s.keys != nil:
			if fields, ok := item.(map[string]any); ok && hasKeys(fields, s.keys) {
				return i
			}
		case i == s.index:
			return i
		}
	}
	return -1
}

// hasKeys treats a protocol that is not there as TCP: the one key of Kubernetes' lists with a default.
func hasKeys(fields map[string]any, keys []keyValue) bool {
	for _, key := range keys {
		value, there := fields[key.name]
		if !there && key.name == "protocol" {
			value, there = "TCP", true
		}
		if !there || !sameJSON(value, key.value) {
			return false
		}
	}
	return true
}

// parsePath reads the form that structured-merge-diff's fieldpath.Path.String writes. Dots inside a name are taken as
// separators here and put together again by resolve.
func parsePath(path string) ([]step, error) {
	var steps []step
	rest := path
	for rest != "" {
		var s step
		var err error
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			s.isName, s.name, rest = true, rest[1:end], rest[end:]
		case '[':
			s, rest, err = parseSelector(rest[1:])
		default:
			err = fmt.Errorf("%q can't stand there", rest)
		}
		if err != nil {
			return nil, fmt.Errorf("reading field path %q: %w", path, err)
		}
		steps = append(steps, s)
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("reading field path %q: it is empty", path)
	}
	return steps, nil
}

// parseSelector reads what follows a '[', up to and with the ']'.
func parseSelector(rest string) (step, string, error) {
	if after, found := strings.CutPrefix(rest, "="); found {
		value, after, err := parseValue(after)
		if err == nil && !strings.HasPrefix(after, "]") {
			err = fmt.Errorf("a ']' is missing before %q", after)
		}
		return step{value: value, set: true}, strings.TrimPrefix(after, "]"), err
	}
	if end := strings.IndexByte(rest, ']'); end > 0 && strings.Trim(rest[:end], "0123456789") == "" {
		index, err := strconv.Atoi(rest[:end])
		return step{index: index}, rest[end+1:], err
	}
	s := step{keys: []keyValue{}}
	for {
		name, after, found := strings.Cut(rest, "=")
		if !found || name == "" || strings.ContainsAny(name, `[]",`) {
			return step{}, "", fmt.Errorf("%q is no selector", rest)
		}
		value, after, err := parseValue(after)
		if err != nil {
			return step{}, "", err
		}
		s.keys = append(s.keys, keyValue{name, value})
		switch {
		case strings.HasPrefix(after, "]"):
			return s, after[1:], nil
		case strings.HasPrefix(after, ","):
			rest = after[1:]
		default:
			return step{}, "", fmt.Errorf("a ']' is missing before %q", after)
		}
	}
}

// parseValue reads a quoted string, a number, true, false or null.
func parseValue(s string) (any, string, error) {
	if strings.HasPrefix(s, `"`) {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return nil, "", fmt.Errorf("the quotes in %q are not closed", s)
		}
		value, err := strconv.Unquote(quoted)
		return value, s[len(quoted):], err
	}
	end := strings.IndexAny(s, ",]")
	if end < 0 {
		return nil, "", fmt.Errorf("a ']' is missing after %q", s)
	}
	word, rest := s[:end], s[end:]
	switch word {
	case "true", "false":
		return word == "true", rest, nil
	case "null":
		return nil, rest, nil
	}
	if whole, err := strconv.ParseInt(word, 10, 64); err == nil {
		return whole, rest, nil
	}
	fraction, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return nil, "", fmt.Errorf("%q is neither a quoted text nor a number", word)
	}
	return fraction, rest, nil
}
