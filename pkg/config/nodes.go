package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// blank stands for an empty line while a file is edited: the library keeps comments, but no empty lines.
const blank = "#~bcpaas-empty-line~"

// rewrite applies a change to the nodes of a file and writes them again. It is done once as it is and once with the empty
// lines marked; the marks can damage a text of several lines, and then the plain result, which means the same, is taken.
func rewrite(source []byte, change func(*yaml.Node) error) ([]byte, error) {
	newline := "\n"
	if bytes.Contains(source, []byte("\r\n")) {
		newline = "\r\n"
		source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	}
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	edited, err := rewriteNodes(source, change)
	if err != nil {
		return nil, err
	}
	if marked, err := rewriteNodes(replaceLines(source, "", blank), change); err == nil {
		if restored := replaceLines(marked, blank, ""); sameMeaning(restored, edited) {
			edited = restored
		}
	}
	return bytes.ReplaceAll(edited, []byte("\n"), []byte(newline)), nil
}

func replaceLines(source []byte, old, replacement string) []byte {
	lines := strings.Split(strings.TrimSuffix(string(source), "\n"), "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) == old {
			lines[i] = replacement
		}
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func sameMeaning(a, b []byte) bool {
	var left, right any
	return yaml.Unmarshal(a, &left) == nil && yaml.Unmarshal(b, &right) == nil && reflect.DeepEqual(left, right)
}

func rewriteNodes(source []byte, change func(*yaml.Node) error) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(source, &document); err != nil {
		return nil, err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("the file is not a mapping")
	}
	if err := change(document.Content[0]); err != nil {
		return nil, err
	}
	spellNulls(document.Content[0], false)
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(indentOf(document.Content[0]))
	if err := encoder.Encode(&document); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// spellNulls writes out a value that is missing inside {} or []: the library would write an empty text for it.
func spellNulls(n *yaml.Node, inFlow bool) {
	inFlow = inFlow || n.Style&yaml.FlowStyle != 0
	if inFlow && n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == "" {
		n.Value = "null"
	}
	for _, inner := range n.Content {
		spellNulls(inner, inFlow)
	}
}

// indentOf is the indent that the file uses.
func indentOf(root *yaml.Node) int {
	for i := 1; i < len(root.Content); i += 2 {
		inner := root.Content[i]
		if inner.Kind == yaml.MappingNode && inner.Style&yaml.FlowStyle == 0 && inner.Column >= 3 && inner.Column <= 9 {
			return inner.Column - 1
		}
	}
	return 2
}

// node is a value as the type at this place wants it. Whether it is right is found when the result is read.
func (s schema) node(value string) *yaml.Node {
	switch {
	case s.t.Kind() == reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value}
	case s.t == reflect.TypeFor[[]string]():
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		for word := range strings.SplitSeq(value, ",") {
			if word = strings.TrimSpace(word); word != "" {
				list.Content = append(list.Content, textNode(word))
			}
		}
		return list
	}
	return textNode(value)
}

func textNode(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// setNode puts value at the steps, making the mappings on the way, and tells whether that changed anything.
func setNode(root *yaml.Node, steps []strictyaml.Step, value *yaml.Node) (bool, error) {
	at := root
	for i, step := range steps[:len(steps)-1] {
		_, next := entry(at, step.Key)
		if next == nil {
			next = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			appendEntry(at, step.Key, next)
		}
		if next.Kind == yaml.ScalarNode && next.Tag == "!!null" {
			*next = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", HeadComment: next.HeadComment, LineComment: next.LineComment, FootComment: next.FootComment}
		}
		if next.Kind != yaml.MappingNode {
			return false, notPlain(next, steps[:i+1])
		}
		at = next
	}
	key := steps[len(steps)-1].Key
	_, old := entry(at, key)
	switch {
	case old == nil:
		appendEntry(at, key, value)
		return true, nil
	case old.Kind == yaml.AliasNode:
		return false, notPlain(old, steps)
	case sameValue(old, value):
		return false, nil
	}
	value.HeadComment, value.LineComment, value.FootComment, value.Anchor = old.HeadComment, old.LineComment, old.FootComment, old.Anchor
	if old.Kind == value.Kind { // quotes and [a, b] are kept; a block of lines would be odd around the new value
		value.Style = old.Style & (yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.FlowStyle)
	}
	*old = *value
	return true, nil
}

func notPlain(n *yaml.Node, steps []strictyaml.Step) error {
	if n.Kind == yaml.AliasNode {
		return fmt.Errorf("%s is an alias (*%s): change it with an editor", joinSteps(steps), n.Value)
	}
	return fmt.Errorf("%s is not a mapping in the file", joinSteps(steps))
}

// appendEntry adds a key at the end of a mapping. An empty one is often written {}, which is not to go on so.
func appendEntry(mapping *yaml.Node, key string, value *yaml.Node) {
	if len(mapping.Content) == 0 {
		mapping.Style &^= yaml.FlowStyle
	}
	mapping.Content = append(mapping.Content, textNode(key), value)
}

func entry(mapping *yaml.Node, key string) (index int, value *yaml.Node) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Kind == yaml.ScalarNode && mapping.Content[i].Value == key {
			return i, mapping.Content[i+1]
		}
	}
	return -1, nil
}

func sameValue(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	// Nothing, and a text of nothing, are written alike and mean different things.
	if a.Kind == yaml.ScalarNode && (a.Tag == "!!null") != (b.Tag == "!!null") {
		return false
	}
	for i := range a.Content {
		if !sameValue(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// unsetNode removes what is at the steps, and the mappings that are left empty by it, except profiles themselves: an empty
// profile is one that exists.
func unsetNode(root *yaml.Node, steps []strictyaml.Step) (bool, error) {
	chain := []*yaml.Node{root}
	for i, step := range steps {
		at := chain[i]
		if at.Kind == yaml.ScalarNode && at.Tag == "!!null" {
			return false, nil
		}
		if at.Kind != yaml.MappingNode {
			return false, notPlain(at, steps[:i])
		}
		_, next := entry(at, step.Key)
		if next == nil {
			return false, nil
		}
		chain = append(chain, next)
	}
	for i := len(steps) - 1; i >= 0; i-- {
		at := chain[i]
		index, _ := entry(at, steps[i].Key)
		at.Content = append(at.Content[:index], at.Content[index+2:]...)
		if len(at.Content) > 0 || i <= 2 {
			break
		}
	}
	return true, nil
}
