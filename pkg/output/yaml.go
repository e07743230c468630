package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlText is v's JSON document in YAML, keys in the same order. The order is why the JSON is not decoded into maps.
func yamlText(v any) (string, error) {
	text, err := marshal(v, "", "")
	if err != nil {
		return "", err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	node, err := yamlNode(decoder)
	if err != nil {
		return "", fmt.Errorf("encoding as YAML: %w", err)
	}
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent() // as kubectl does
	if err := encoder.Encode(node); err != nil {
		return "", fmt.Errorf("encoding as YAML: %w", err)
	}
	return b.String(), nil
}

// yamlNode reads the next JSON value.
func yamlNode(decoder *json.Decoder) (*yaml.Node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		node := &yaml.Node{Kind: yaml.SequenceNode}
		if token == '{' {
			node.Kind = yaml.MappingNode
		}
		for decoder.More() { // keys and values follow each other in the content of a mapping, as in JSON
			child, err := yamlNode(decoder)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
		if len(node.Content) == 0 {
			node.Style = yaml.FlowStyle // {} and []
		}
		_, err := decoder.Token() // the closing brace
		return node, err
	case string:
		return yamlString(token), nil
	default:
		return yamlScalar(token), nil
	}
}

func yamlString(s string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch {
	case strings.Contains(s, "\n") && asBlock(s):
		node.Style = yaml.LiteralStyle
	case strings.Contains(s, "\n"), oldBool(s), oldNumber(s):
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// asBlock holds for texts that every reader understands as a literal block: some stumble over blanks at the start of
// one, and over tabs.
func asBlock(s string) bool {
	return !strings.ContainsAny(s[:1], " \n") && !strings.ContainsAny(s, "\t\r")
}

// oldBool holds for words that readers of YAML 1.1 take for booleans.
func oldBool(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	default:
		return false
	}
}

// oldNumber holds for what may be a number in base 60 to them: 22:30.
func oldNumber(s string) bool {
	return s != "" && strings.ContainsRune("+-0123456789", rune(s[0])) && strings.Contains(s, ":")
}

func yamlScalar(token json.Token) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode}
	switch token := token.(type) {
	case nil:
		node.Tag, node.Value = "!!null", "null"
	case bool:
		node.Tag, node.Value = "!!bool", fmt.Sprint(token)
	case json.Number:
		node.Value = token.String() // no tag: it would be spelled out for integers beyond 64 bits
	}
	return node
}

type yamlList[T any] struct {
	p     *Printer
	kind  string
	page  *page
	begun bool
}

func (l *yamlList[T]) item(item T) error {
	text, err := yamlText([]T{item}) // a list of one, since lists of lists look so: "- a: 1\n"
	if err != nil {
		return err
	}
	if !l.begun {
		l.begun = true
		text = "kind: " + l.kind + "\nitems:\n" + text
	}
	_, err = l.page.WriteString(l.p.lines(text))
	return err
}

func (l *yamlList[T]) end(incomplete bool) error {
	text := ""
	if !l.begun {
		text = "kind: " + l.kind + "\nitems: []\n"
	}
	if incomplete {
		text += "incomplete: true\n"
	}
	_, err := l.page.WriteString(text)
	return err
}
