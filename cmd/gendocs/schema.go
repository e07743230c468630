package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/bcpaas/bcpaas/pkg/app"
)

// appSchema is the JSON Schema of App files (examples/app.schema.json), made from the types of pkg/app and their doc
// comments. root is the folder of the module.
func appSchema(root string) ([]byte, error) {
	comments, err := fieldComments(filepath.Join(root, "pkg", "app"))
	if err != nil {
		return nil, err
	}
	reflector := &jsonschema.Reflector{
		Anonymous: true,
		LookupComment: func(t reflect.Type, field string) string {
			return comments[strings.TrimSuffix(t.Name()+"."+field, ".")]
		},
	}
	schema := reflector.Reflect(&app.App{})
	schema.ID = "https://bcpaas.io/schemas/v1/app.json"
	schema.Title = "App"
	for name, definition := range schema.Definitions {
		for field := definition.Properties.Oldest(); field != nil; field = field.Next() {
			adjust(name, field.Key, field.Value)
		}
	}
	data, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the schema of App files: %w", err)
	}
	return append(data, '\n'), nil
}

// adjust says what the types can't: texts that may be written without quotes although YAML reads them as numbers or as
// true and false, and the names of keys.
func adjust(definition, field string, schema *jsonschema.Schema) {
	unquoted := map[string]bool{
		"Resources.cpu": true, "Resources.memory": true, "Limits.cpu": true, "Limits.memory": true, "Volume.size": true,
		"Strategy.maxSurge": true, "Strategy.maxUnavailable": true, "Toleration.value": true,
	}
	if unquoted[definition+"."+field] {
		scalar(schema, "string", "number")
	}
	if values := schema.AdditionalProperties; values != nil && values.Type == "string" {
		scalar(values, "string", "number", "boolean")
	}
	keys := ""
	switch field {
	case "env", "secrets":
		keys = `^[-._a-zA-Z][-._a-zA-Z0-9]*$`
	case "files":
		keys = `^/.`
	}
	if keys != "" {
		schema.PropertyNames = &jsonschema.Schema{Pattern: keys}
	}
}

// scalar lets a text stand without quotes in forms that YAML reads as other types, as the reader of App files does.
func scalar(schema *jsonschema.Schema, types ...string) {
	schema.Type = ""
	schema.Extras = map[string]any{"type": types}
}

// fieldComments reads the doc comments of a package's types and of their fields, as Type and Type.field name in Go.
func fieldComments(folder string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, fmt.Errorf("reading the comments of %s: %w", folder, err)
	}
	comments := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("reading the comments of %s: %w", name, err)
		}
		for _, declaration := range file.Decls {
			types, ok := declaration.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE {
				continue
			}
			for _, spec := range types.Specs {
				addComments(comments, types.Doc, spec.(*ast.TypeSpec))
			}
		}
	}
	return comments, nil
}

func addComments(comments map[string]string, doc *ast.CommentGroup, spec *ast.TypeSpec) {
	comments[spec.Name.Name] = oneLine(doc.Text())
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			comments[spec.Name.Name+"."+name.Name] = oneLine(field.Doc.Text())
		}
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
