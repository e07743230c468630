package strictyaml

import (
	"reflect"
	"strings"
)

// structFields are the fields of a struct type by the name that files use.
type structFields struct {
	names []string // in the order of the struct
	index map[string][]int
}

// fieldsOf reads the json tags as encoding/json does: fields of an embedded struct without a name belong to the outer one,
// and where a name is there twice the outer field wins. A named field tagged ",inline" counts as embedded.
func fieldsOf(t reflect.Type) *structFields {
	fields := &structFields{index: map[string][]int{}}
	level := []inlined{{t, nil}}
	seen := map[reflect.Type]bool{t: true}
	for len(level) > 0 {
		var next []inlined
		for _, outer := range level {
			next = append(next, fields.add(outer, seen)...)
		}
		level = next
	}
	return fields
}

// inlined is a struct whose fields are to be added, and the way to it.
type inlined struct {
	t     reflect.Type
	index []int
}

func (fields *structFields) add(outer inlined, seen map[reflect.Type]bool) (next []inlined) {
	for i := range outer.t.NumField() {
		field := outer.t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" && options == "" {
			continue
		}
		index := append(append([]int(nil), outer.index...), i)
		inner := field.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		inline := field.Anonymous || options == "inline" || strings.HasPrefix(options, "inline,")
		if name == "" && inline && inner.Kind() == reflect.Struct && (field.IsExported() || field.Type.Kind() == reflect.Struct) {
			if !seen[inner] {
				seen[inner] = true
				next = append(next, inlined{inner, index})
			}
			continue
		}
		if !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		if _, taken := fields.index[name]; !taken {
			fields.names = append(fields.names, name)
			fields.index[name] = index
		}
	}
	return next
}

// reach gives the field at index, making the embedded pointers on the way.
func reach(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}
