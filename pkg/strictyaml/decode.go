package strictyaml

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decoder fills Go values from nodes and goes on after a problem, so that all of them are told.
type decoder struct {
	options  Options
	structs  map[reflect.Type]*structFields
	problems Problems
}

func (d *decoder) add(n *yaml.Node, at *place, format string, args ...any) {
	if len(d.problems) >= maxProblems {
		return
	}
	d.problems = append(d.problems, Problem{File: d.options.File, Line: n.Line, Column: n.Column, Path: at.String(), Message: fmt.Sprintf(format, args...)})
}

func (d *decoder) wrongKind(n *yaml.Node, at *place, want string) {
	d.add(n, at, "%s must be %s, not %s", at.name(), want, words(n))
}

// value decodes n into v, which can be set.
func (d *decoder) value(n *yaml.Node, v reflect.Value, at *place) {
	n = target(n)
	if isNull(n) {
		return
	}
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	if d.own(n, v, at) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.fields(n, v, at)
	case reflect.Map:
		d.entries(n, v, at)
	case reflect.Slice:
		d.items(n, v, at)
	case reflect.Array:
		d.array(n, v, at)
	case reflect.Interface:
		d.anything(n, v, at)
	default:
		d.scalar(n, v, at)
	}
}

// own uses the decoding that the type brings along, if any.
func (d *decoder) own(n *yaml.Node, v reflect.Value, at *place) bool {
	if !v.CanAddr() || v.Kind() == reflect.Interface {
		return false
	}
	switch own := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		before := len(d.problems)
		source := d.appendJSON(nil, n, at)
		if len(d.problems) > before {
			return true
		}
		if err := own.UnmarshalJSON(source); err != nil {
			d.refusedBy(n, at, err)
		}
	case encoding.TextUnmarshaler:
		if n.Kind != yaml.ScalarNode {
			d.wrongKind(n, at, "a text")
			return true
		}
		if err := own.UnmarshalText([]byte(n.Value)); err != nil {
			d.refusedBy(n, at, err)
		}
	default:
		return false
	}
	return true
}

func (d *decoder) refusedBy(n *yaml.Node, at *place, err error) {
	reason := []rune(strings.TrimPrefix(err.Error(), "json: "))
	if len(reason) > 200 {
		reason = append(reason[:199], '…')
	}
	if n.Kind == yaml.ScalarNode {
		d.add(n, at, "%s can't be %s: %s", at.name(), quote(n.Value), string(reason))
		return
	}
	d.add(n, at, "%s: %s", at.name(), string(reason))
}

func (d *decoder) fields(n *yaml.Node, v reflect.Value, at *place) {
	if n.Kind != yaml.MappingNode {
		d.wrongKind(n, at, "a mapping")
		return
	}
	known := d.structs[v.Type()]
	if known == nil {
		known = fieldsOf(v.Type())
		d.structs[v.Type()] = known
	}
	d.pairs(n, func(key, value *yaml.Node, name string) {
		index, ok := known.index[name]
		if !ok {
			d.unknown(key, at.field(name), name, known.names)
			return
		}
		d.value(value, reach(v, index), at.field(name))
	})
}

// pairs calls do for each key that is a text; the others have been told by Parse.
func (d *decoder) pairs(n *yaml.Node, do func(key, value *yaml.Node, name string)) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name, message := keyOf(n.Content[i]); message == "" {
			do(n.Content[i], n.Content[i+1], name)
		}
	}
}

func (d *decoder) unknown(key *yaml.Node, at *place, name string, known []string) {
	if len(d.problems) >= maxProblems {
		return // finding the nearest word is dear when thousands are wrong
	}
	if d.options.Unknown != nil {
		if message := d.options.Unknown(at.String(), name); message != "" {
			d.add(key, at, "%s", message)
			return
		}
	}
	nearest, ok := Nearest(name, known)
	switch {
	case ok:
		d.add(key, at, "unknown field %s, did you mean %q?", quote(name), nearest)
		d.problems[len(d.problems)-1].Nearest = nearest
	case len(known) > 0 && len(known) <= 12:
		d.add(key, at, "unknown field %s; known here: %s", quote(name), strings.Join(known, ", "))
	default:
		d.add(key, at, "unknown field %s", quote(name))
	}
}

func (d *decoder) entries(n *yaml.Node, v reflect.Value, at *place) {
	if n.Kind != yaml.MappingNode {
		d.wrongKind(n, at, "a mapping")
		return
	}
	if v.Type().Key().Kind() != reflect.String {
		d.add(n, at, "%s can't be read: keys of type %s are not supported", at.name(), v.Type().Key())
		return
	}
	if v.IsNil() {
		v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	}
	d.pairs(n, func(_, value *yaml.Node, name string) {
		entry := reflect.New(v.Type().Elem()).Elem()
		d.value(value, entry, at.field(name))
		v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), entry)
	})
}

func (d *decoder) items(n *yaml.Node, v reflect.Value, at *place) {
	if v.Type().Elem().Kind() == reflect.Uint8 && n.Kind == yaml.ScalarNode {
		decoded, err := base64.StdEncoding.DecodeString(n.Value)
		if err != nil {
			d.add(n, at, "%s must be in base64", at.name())
			return
		}
		v.SetBytes(decoded)
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.wrongKind(n, at, "a list")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		d.value(item, list.Index(i), at.item(i))
	}
	v.Set(list)
}

func (d *decoder) array(n *yaml.Node, v reflect.Value, at *place) {
	if n.Kind != yaml.SequenceNode || len(n.Content) != v.Len() {
		d.wrongKind(n, at, fmt.Sprintf("a list of %d", v.Len()))
		return
	}
	for i, item := range n.Content {
		d.value(item, v.Index(i), at.item(i))
	}
}

// anything fills an empty interface with what JSON would give, except that whole numbers are int64.
func (d *decoder) anything(n *yaml.Node, v reflect.Value, at *place) {
	if v.NumMethod() > 0 {
		d.add(n, at, "%s can't be read: type %s is not supported", at.name(), v.Type())
		return
	}
	var made reflect.Value
	switch n.Kind {
	case yaml.MappingNode:
		made = reflect.New(reflect.TypeFor[map[string]any]()).Elem()
		d.entries(n, made, at)
	case yaml.SequenceNode:
		made = reflect.New(reflect.TypeFor[[]any]()).Elem()
		d.items(n, made, at)
	default:
		made = reflect.New(d.scalarType(n)).Elem()
		d.scalar(n, made, at)
	}
	v.Set(made)
}
