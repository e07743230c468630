package strictyaml

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// walker looks through a tree once before anything is decoded. Its budget of aliased nodes is one for the whole file.
type walker struct {
	file    string
	active  map[*yaml.Node]bool // the anchored nodes being walked, to notice one that contains itself
	aliased int
	bytes   int
	found   Problems
}

// tell adds a problem that the walk goes on after, unless there are too many; what ends it is always added.
func (w *walker) tell(n *yaml.Node, at *place, format string, args ...any) {
	if len(w.found) < maxProblems {
		w.add(n, at, format, args...)
	}
}

func (w *walker) add(n *yaml.Node, at *place, format string, args ...any) {
	w.found = append(w.found, Problem{File: w.file, Line: n.Line, Column: n.Column, Path: at.String(), Message: fmt.Sprintf(format, args...)})
}

// walk answers false when the tree can't be used at all. Inside an alias it only counts: what is wrong there was said at
// the anchor.
func (w *walker) walk(n *yaml.Node, at *place, depth int, inAlias bool) bool {
	if depth > maxDepth {
		w.add(n, at, "nested more than %d levels deep", maxDepth)
		return false
	}
	if inAlias {
		w.aliased++
		w.bytes += len(n.Value)
	}
	if w.aliased > maxAliasedNodes || w.bytes > maxAliasedBytes {
		w.add(n, at, "the aliases in this file stand for more than %d values or %d MiB", maxAliasedNodes, maxAliasedBytes>>20)
		return false
	}
	if n.Kind == yaml.AliasNode {
		return w.walkAlias(n, at, depth)
	}
	if !inAlias {
		w.checkTag(n, at)
	}
	if n.Anchor != "" {
		w.active[n] = true
		defer delete(w.active, n)
	}
	if n.Kind == yaml.MappingNode {
		return w.walkMapping(n, at, depth, inAlias)
	}
	for i, item := range n.Content {
		if !w.walk(item, at.item(i), depth+1, inAlias) {
			return false
		}
	}
	return true
}

func (w *walker) walkAlias(n *yaml.Node, at *place, depth int) bool {
	if w.active[n.Alias] {
		w.add(n, at, "alias *%s contains itself", shorten(n.Value))
		return false
	}
	// A problem in here is told at the alias: it is the alias that makes the tree too large.
	before := len(w.found)
	if w.walk(n.Alias, at, depth+1, true) {
		return true
	}
	last := &w.found[before]
	last.Line, last.Column = n.Line, n.Column
	return false
}

func (w *walker) walkMapping(n *yaml.Node, at *place, depth int, inAlias bool) bool {
	lines := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name, message := keyOf(key)
		if !inAlias {
			switch line, twice := lines[name]; {
			case message != "":
				w.tell(key, at, "%s", message)
			case twice:
				w.tell(key, at.field(name), "duplicate key %s, first on line %d", quote(name), line)
			}
			lines[name] = key.Line
		}
		if !w.walk(key, at, depth+1, inAlias) || !w.walk(value, at.field(name), depth+1, inAlias) {
			return false
		}
	}
	return true
}

func (w *walker) checkTag(n *yaml.Node, at *place) {
	if n.Style&yaml.TaggedStyle == 0 {
		return
	}
	switch n.ShortTag() {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq":
	default:
		w.tell(n, at, "tag %s is not supported: write the value without it", shorten(n.Tag))
	}
}

// keyOf is the text of a key, or a message why it is none.
func keyOf(n *yaml.Node) (name, message string) {
	n = target(n)
	switch {
	case n.Kind != yaml.ScalarNode:
		return "", fmt.Sprintf("a key must be a text, not %s", words(n))
	case n.Style == 0 && n.Value == "<<":
		return n.Value, "merge keys (<<) are not supported: write the fields out, or use an alias for a whole value"
	case isNull(n):
		return n.Value, "a key must be a text, not nothing"
	}
	return n.Value, ""
}

// target is the node that an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
