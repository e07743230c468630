package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/app"
)

const (
	appFileWidth  = 100 // columns of the help text
	appFileIndent = 6   // of a description under its key
)

const appFileHead = `An App file says what an app consists of. "bcpaas app init" writes a first one; examples/apps in the sources has more, and
examples/app.schema.json is its JSON Schema for editors.

  apiVersion: bcpaas.io/v1
  kind: App
  name: shop
  components:
    - image: registry.example/shop:${tag:-1}
      ports: [{port: 8080}]
      env: {MODE: production}
      secrets: {DB_PASSWORD: {secret: db, key: password}}

In texts ${name} and ${name:-default} are replaced by --var and --vars-file; $${ is a literal ${.

All fields:

`

// appFilePage is the help topic app-file: every field of an App file with its doc comment, in the order of the types.
func appFilePage(root string) ([]byte, error) {
	comments, err := fieldComments(filepath.Join(root, "pkg", "app"))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(appFileHead)
	appFileFields(&b, reflect.TypeFor[app.App](), "", comments)
	return []byte(b.String()), nil
}

func appFileFields(b *strings.Builder, t reflect.Type, path string, comments map[string]string) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		below, suffix, kind := fieldShape(field.Type)
		fmt.Fprintf(b, "  %s%s%s  (%s)\n", path, name, suffix, kind)
		b.WriteString(wrapped(comments[t.Name()+"."+field.Name], comments[t.Name()+"."+name]))
		if below != nil {
			appFileFields(b, below, path+name+suffix+".", comments)
		}
	}
}

// fieldShape is the struct under a field, how its path goes on, and what is to be written there.
func fieldShape(t reflect.Type) (below reflect.Type, suffix, kind string) {
	switch t.Kind() {
	case reflect.Pointer:
		return fieldShape(t.Elem())
	case reflect.Struct:
		return t, "", "section"
	case reflect.Slice:
		below, _, kind = fieldShape(t.Elem())
		return below, "[]", "list of " + kind + "s"
	case reflect.Map:
		below, _, kind = fieldShape(t.Elem())
		return below, ".NAME", kind
	case reflect.Int, reflect.Int32, reflect.Int64:
		return nil, "", "number"
	case reflect.Bool:
		return nil, "", "true or false"
	default:
		return nil, "", "text"
	}
}

// wrapped lays the first of the texts that is there out below its key.
func wrapped(texts ...string) string {
	indent := strings.Repeat(" ", appFileIndent)
	for _, text := range texts {
		if text == "" {
			continue
		}
		var b strings.Builder
		line := indent
		for _, word := range strings.Fields(text) {
			if len(line)+len(word)+1 > appFileWidth && line != indent {
				b.WriteString(strings.TrimRight(line, " ") + "\n")
				line = indent
			}
			line += word + " "
		}
		return b.String() + strings.TrimRight(line, " ") + "\n"
	}
	return ""
}
