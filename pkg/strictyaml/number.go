package strictyaml

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalarType is the type that an empty interface gets.
func (d *decoder) scalarType(n *yaml.Node) reflect.Type {
	switch kindOf(n) {
	case boolean:
		return reflect.TypeFor[bool]()
	case integer:
		return reflect.TypeFor[int64]()
	case number:
		return reflect.TypeFor[float64]()
	}
	return reflect.TypeFor[string]()
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, at *place) {
	switch v.Kind() {
	case reflect.String:
		if n.Kind != yaml.ScalarNode {
			d.wrongKind(n, at, "a text")
			return
		}
		v.SetString(n.Value)
	case reflect.Bool:
		d.boolean(n, v, at)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.integer(n, v, at)
	case reflect.Float32, reflect.Float64:
		d.float(n, v, at)
	default:
		d.add(n, at, "%s can't be read: type %s is not supported", at.name(), v.Type())
	}
}

func (d *decoder) boolean(n *yaml.Node, v reflect.Value, at *place) {
	if n.Kind == yaml.ScalarNode && kindOf(n) == boolean {
		v.SetBool(n.Value == "true")
		return
	}
	meant := ""
	if n.Kind == yaml.ScalarNode {
		switch strings.ToLower(n.Value) {
		case "yes", "y", "on", "true", "1":
			meant = ": write true"
		case "no", "n", "off", "false", "0":
			meant = ": write false"
		}
	}
	d.add(n, at, "%s must be true or false, not %s%s", at.name(), words(n), meant)
}

func (d *decoder) integer(n *yaml.Node, v reflect.Value, at *place) {
	if n.Kind != yaml.ScalarNode || kindOf(n) != integer {
		hint := ""
		if n.Kind == yaml.ScalarNode && kindOf(n) == text && plainKind(n.Value) == integer {
			hint = ": remove the quotes"
		}
		d.add(n, at, "%s must be a whole number, not %s%s", at.name(), words(n), hint)
		return
	}
	whole, ok := d.whole(n, at)
	if !ok {
		return
	}
	low, high := limits(v)
	if whole.Cmp(low) < 0 || whole.Cmp(high) > 0 {
		d.add(n, at, "%s must be between %s and %s, not %s", at.name(), low, high, shorten(n.Value))
		return
	}
	if v.CanInt() {
		v.SetInt(whole.Int64())
		return
	}
	v.SetUint(whole.Uint64())
}

// whole reads a whole number of any size, decimal, 0x or 0o.
func (d *decoder) whole(n *yaml.Node, at *place) (*big.Int, bool) {
	if ambiguous(n.Value) {
		message := fmt.Sprintf("%s can't be %s: a leading zero means octal to some readers", at.name(), shorten(n.Value))
		if digits := strings.TrimLeft(n.Value, "+-0"); only(digits, "01234567") {
			message += fmt.Sprintf("; write 0o%s if that is meant, else %s", digits, digits)
		}
		d.add(n, at, "%s", message)
		return nil, false
	}
	digits, base := n.Value, 10
	switch {
	case strings.HasPrefix(digits, "0x"):
		digits, base = digits[2:], 16
	case strings.HasPrefix(digits, "0o"):
		digits, base = digits[2:], 8
	}
	// A long row of digits costs quadratic time to read, and nothing here can hold it.
	if len(digits) > 100 {
		d.add(n, at, "%s can't be %s: the number is too large", at.name(), shorten(n.Value))
		return nil, false
	}
	return new(big.Int).SetString(digits, base)
}

func limits(v reflect.Value) (low, high *big.Int) {
	bits := uint(v.Type().Bits())
	one := big.NewInt(1)
	if v.CanUint() {
		return new(big.Int), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
	}
	half := new(big.Int).Lsh(one, bits-1)
	return new(big.Int).Neg(half), new(big.Int).Sub(half, one)
}

func (d *decoder) float(n *yaml.Node, v reflect.Value, at *place) {
	if n.Kind != yaml.ScalarNode || kindOf(n) != number && kindOf(n) != integer {
		d.wrongKind(n, at, "a number")
		return
	}
	source, ok := d.jsonNumber(n, at)
	if !ok {
		return
	}
	value, err := strconv.ParseFloat(source, v.Type().Bits())
	if err != nil || math.IsInf(value, 0) {
		d.add(n, at, "%s can't be %s: the number is too large", at.name(), shorten(n.Value))
		return
	}
	v.SetFloat(value)
}

// jsonNumber is the number as JSON writes it, with the digits of the source: 1.10 stays 1.10.
func (d *decoder) jsonNumber(n *yaml.Node, at *place) (string, bool) {
	if kindOf(n) == integer {
		whole, ok := d.whole(n, at)
		if !ok {
			return "", false
		}
		return whole.String(), true
	}
	sign, digits := "", strings.TrimLeft(n.Value, "+-")
	if strings.HasPrefix(n.Value, "-") {
		sign = "-"
	}
	mantissa, exponent, has := cutAny(digits, "eE")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	out := sign + or(strings.TrimLeft(whole, "0"), "0")
	if fraction != "" {
		out += "." + fraction
	}
	if has {
		out += "e" + exponent
	}
	return out, true
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// appendJSON writes a node as JSON for types that decode themselves.
func (d *decoder) appendJSON(dst []byte, n *yaml.Node, at *place) []byte {
	n = target(n)
	switch {
	case n.Kind == yaml.MappingNode:
		first := true
		dst = append(dst, '{')
		d.pairs(n, func(_, value *yaml.Node, name string) {
			if !first {
				dst = append(dst, ',')
			}
			first = false
			dst = append(appendText(dst, name), ':')
			dst = d.appendJSON(dst, value, at.field(name))
		})
		return append(dst, '}')
	case n.Kind == yaml.SequenceNode:
		dst = append(dst, '[')
		for i, item := range n.Content {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = d.appendJSON(dst, item, at.item(i))
		}
		return append(dst, ']')
	}
	switch kindOf(n) {
	case null:
		return append(dst, "null"...)
	case boolean:
		return append(dst, n.Value...)
	case integer, number:
		source, _ := d.jsonNumber(n, at)
		return append(dst, source...)
	}
	return appendText(dst, n.Value)
}

func appendText(dst []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // a string can always be written
		return append(dst, `""`...)
	}
	return append(dst, quoted...)
}
