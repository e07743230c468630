package strictyaml

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// kind is what a scalar is by the core schema of YAML 1.2, a bit narrower: see plainKind.
type kind int

const (
	text kind = iota
	null
	boolean
	integer
	number
)

// kindOf ignores the kind the library found: its rules are those of YAML 1.1 in part (timestamps, 1_000, octal 0755).
func kindOf(n *yaml.Node) kind {
	if n.Style&yaml.TaggedStyle != 0 {
		if n.ShortTag() == "!!str" {
			return text
		}
		return plainKind(n.Value)
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return text
	}
	return plainKind(n.Value)
}

// plainKind is narrower than the schema in two things: True and TRUE are text (and told as such where true is meant), and so
// are .inf and .nan, which no field here can hold.
func plainKind(value string) kind {
	switch value {
	case "", "~", "null", "Null", "NULL":
		return null
	case "true", "false":
		return boolean
	}
	switch unsigned := strings.TrimLeft(value, "+-"); {
	case len(value)-len(unsigned) > 1:
		return text
	case only(unsigned, "0123456789"),
		strings.HasPrefix(value, "0x") && only(value[2:], "0123456789abcdefABCDEF"),
		strings.HasPrefix(value, "0o") && only(value[2:], "01234567"):
		return integer
	case isDecimal(unsigned):
		return number
	}
	return text
}

func only(s, allowed string) bool { return s != "" && strings.Trim(s, allowed) == "" }

// isDecimal: digits with one point somewhere, and perhaps an exponent.
func isDecimal(s string) bool {
	mantissa, exponent, has := cutAny(s, "eE")
	if has && !only(strings.TrimPrefix(strings.TrimPrefix(exponent, "+"), "-"), "0123456789") {
		return false
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	return only(whole+fraction, "0123456789")
}

func cutAny(s, chars string) (before, after string, found bool) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i+1:], true
	}
	return s, "", false
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && kindOf(n) == null }

// ambiguous: 0755 is 493 to older readers of YAML and 755 to newer ones.
func ambiguous(value string) bool {
	digits := strings.TrimLeft(value, "+-")
	return len(digits) > 1 && digits[0] == '0' && only(digits, "0123456789")
}

// words says what a node is, for "must be ..., not ...".
func words(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch kindOf(n) {
	case null:
		return "nothing"
	case boolean, integer, number:
		return shorten(n.Value)
	}
	return "the text " + quote(n.Value)
}

// quote and shorten keep a value in a message short and on its line.
func quote(s string) string { return strconv.Quote(cut(s)) }

func shorten(s string) string {
	quoted := quote(s)
	return quoted[1 : len(quoted)-1]
}

func cut(s string) string {
	if runes := []rune(s); len(runes) > maxValueShown {
		return string(runes[:maxValueShown-1]) + "…"
	}
	return s
}
