package config

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// schema is a place in the config by its Go type.
type schema struct{ t reflect.Type }

// schemaAt follows a path through the types of Config.
func schemaAt(steps []strictyaml.Step) (schema, error) {
	at := schema{reflect.TypeFor[Config]()}
	for i, step := range steps {
		switch {
		case step.IsIndex:
			return schema{}, fault.New(fault.Usage, "%s can't be set item by item: give the whole list, as a,b,c", joinSteps(steps[:i]))
		case at.t.Kind() == reflect.Map:
			at.t = at.t.Elem()
		case at.t.Kind() == reflect.Struct:
			next, ok := at.field(step.Key)
			if !ok {
				return schema{}, unknownKey(joinSteps(steps[:i+1]), step.Key, at.fields())
			}
			at = next
		default:
			return schema{}, fault.New(fault.Usage, "%s is one value, it has no field %s", joinSteps(steps[:i]), step.Key)
		}
	}
	return at, nil
}

func unknownKey(path, key string, known []string) error {
	if message := secretMessage(path, key); message != "" {
		return fault.New(fault.Usage, "%s: %s", path, message).WithCode("secret_in_config")
	}
	err := fault.New(fault.Usage, "unknown key %s; known here: %s", path, strings.Join(known, ", "))
	if nearest, ok := strictyaml.Nearest(key, known); ok {
		err = fault.New(fault.Usage, "unknown key %s, did you mean %q?", path, nearest)
	}
	return err.WithCode("unknown_key")
}

func (s schema) field(key string) (schema, bool) {
	for i := range s.t.NumField() {
		if field := s.t.Field(i); nameOf(field) == key {
			t := field.Type
			if t.Kind() == reflect.Pointer {
				t = t.Elem()
			}
			return schema{t}, true
		}
	}
	return schema{}, false
}

// fields are the names of the fields, none for what is not a struct.
func (s schema) fields() []string {
	if s.t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for i := range s.t.NumField() {
		names = append(names, nameOf(s.t.Field(i)))
	}
	return names
}

// whole tells that a place holds fields or entries and not one value.
func (s schema) whole() bool { return s.t.Kind() == reflect.Struct || s.t.Kind() == reflect.Map }

func nameOf(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// eachLeaf calls do with the path and value of all that is set in a config or a part of one, in the order of the types, map
// keys sorted.
func eachLeaf(part any, do func(path string, value any)) {
	walkLeaves(reflect.ValueOf(part), "", do)
}

func walkLeaves(v reflect.Value, path string, do func(path string, value any)) {
	switch {
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			walkLeaves(v.Elem(), path, do)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			walkLeaves(v.Field(i), under(path, nameOf(v.Type().Field(i))), do)
		}
	case v.Kind() == reflect.Map:
		entries := make(map[string]reflect.Value, v.Len())
		for _, key := range v.MapKeys() {
			entries[key.String()] = v.MapIndex(key)
		}
		for _, key := range sortedKeys(entries) {
			walkLeaves(entries[key], under(path, key), do)
		}
	case v.Type() == reflect.TypeFor[Duration](), !v.IsZero():
		do(path, v.Interface())
	}
}

func under(path, key string) string {
	if path == "" {
		return strictyaml.QuoteKey(key)
	}
	return path + "." + strictyaml.QuoteKey(key)
}

func joinSteps(steps []strictyaml.Step) string {
	path := ""
	for _, step := range steps {
		if step.IsIndex {
			path += fmt.Sprintf("[%d]", step.Index)
			continue
		}
		path = under(path, step.Key)
	}
	return path
}

// text is a leaf's value for people.
func text(value any) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(value)
}
