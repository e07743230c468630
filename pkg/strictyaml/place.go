package strictyaml

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// place is where a value stands, as a chain to the root, which is nil: most places are never printed.
type place struct {
	up    *place
	key   string
	index int // of a list, when isItem
	list  bool
}

func (p *place) field(key string) *place { return &place{up: p, key: key} }
func (p *place) item(index int) *place   { return &place{up: p, index: index, list: true} }

// String is the path in the form that SplitPath reads.
func (p *place) String() string {
	switch {
	case p == nil:
		return ""
	case p.list:
		return fmt.Sprintf("%s[%d]", p.up, p.index)
	case p.up == nil:
		return QuoteKey(p.key)
	}
	return p.up.String() + "." + QuoteKey(p.key)
}

// name is what a message calls the value: its key, or the list's key with the index.
func (p *place) name() string {
	switch {
	case p == nil:
		return "the document"
	case !p.list:
		return QuoteKey(shorten(p.key))
	case p.up == nil:
		return fmt.Sprintf("[%d]", p.index)
	}
	return fmt.Sprintf("%s[%d]", p.up.name(), p.index)
}

// QuoteKey gives a key as it stands in a path: as it is when it is a plain word, else in double quotes.
func QuoteKey(key string) string {
	if key == "" || strings.ContainsAny(key, `.[]"\ `) || strings.ContainsFunc(key, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(key)
	}
	return key
}

// Step is one part of a path: a key, or the index of a list when Key is empty and IsIndex.
type Step struct {
	Key     string
	Index   int
	IsIndex bool
}

// SplitPath reads a path such as profiles."a.b".clusters or spec.components[0].port. The empty path has no steps.
func SplitPath(path string) ([]Step, error) {
	var steps []Step
	for rest := path; rest != ""; {
		step, after, err := cutStep(rest)
		if err != nil {
			return nil, fmt.Errorf("reading path %s: %w", quote(path), err)
		}
		steps = append(steps, step)
		switch {
		case strings.HasPrefix(after, ".") && len(after) > 1 && after[1] != '[' && after[1] != '.':
			after = after[1:]
		case after != "" && after[0] != '[':
			return nil, fmt.Errorf("reading path %s: %s can't follow %s", quote(path), quote(after), quote(rest[:len(rest)-len(after)]))
		}
		rest = after
	}
	return steps, nil
}

func cutStep(rest string) (step Step, after string, err error) {
	switch rest[0] {
	case '[':
		digits, after, closed := strings.Cut(rest[1:], "]")
		index, err := strconv.Atoi(digits)
		if !closed || err != nil || index < 0 {
			return Step{}, "", fmt.Errorf("%s is not an index such as [0]", quote(rest))
		}
		return Step{Index: index, IsIndex: true}, after, nil
	case '"':
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			return Step{}, "", fmt.Errorf("the quotes in %s are not closed", quote(rest))
		}
		key, err := strconv.Unquote(quoted)
		return Step{Key: key}, rest[len(quoted):], err
	}
	end := strings.IndexAny(rest, `.["`)
	switch {
	case end == 0:
		return Step{}, "", fmt.Errorf("a key is missing before %s", quote(rest))
	case end < 0:
		end = len(rest)
	}
	return Step{Key: rest[:end]}, rest[end:], nil
}

// locate follows the steps as far as the tree has them. A value that begins on a later line than its key is pointed at by
// the key, which is what a person looks for.
func locate(n *yaml.Node, steps []Step) (line, column int) {
	line, column = n.Line, n.Column
	for _, step := range steps {
		n = target(n)
		key, value := child(n, step)
		if value == nil {
			return line, column
		}
		line, column = value.Line, value.Column
		if key != nil && value.Line != key.Line {
			line, column = key.Line, key.Column
		}
		n = value
	}
	return line, column
}

func child(n *yaml.Node, step Step) (key, value *yaml.Node) {
	switch {
	case n.Kind == yaml.SequenceNode && step.IsIndex && step.Index < len(n.Content):
		return nil, n.Content[step.Index]
	case n.Kind == yaml.MappingNode && !step.IsIndex:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if target(n.Content[i]).Value == step.Key {
				return n.Content[i], n.Content[i+1]
			}
		}
	}
	return nil, nil
}
