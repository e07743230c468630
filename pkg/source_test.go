package pkg_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a parsed file, by its path in the module.
type source struct {
	name  string
	files *token.FileSet
	file  *ast.File
}

func (s source) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.files.Position(node.Pos()).Line)
}

// sources parses the Go files below folders of the module. Folders that are modules of their own are left out.
func sources(t *testing.T, tests bool, folders ...string) []source {
	t.Helper()
	var found []source
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
					return fs.SkipDir
				}
			}
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || !tests && strings.HasSuffix(path, "_test.go") {
				return err
			}
			s := source{name: filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator))), files: token.NewFileSet()}
			s.file, err = parser.ParseFile(s.files, path, nil, parser.ParseComments)
			found = append(found, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) == 0 {
		t.Fatalf("no Go files below %v", folders)
	}
	return found
}

// Work at import time is paid by every command, and state that packages share makes tests depend on their order.
func TestNoInitAndNoMutableVariables(t *testing.T) {
	for _, s := range sources(t, false, "pkg", "cmd") {
		for _, found := range stateful(s.file) {
			t.Errorf("%s: %s", s.at(found.node), found.what)
		}
	}
}

type finding struct {
	node ast.Node
	what string
}

func stateful(file *ast.File) []finding {
	var out []finding
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == "init" && d.Recv == nil {
				out = append(out, finding{d, "an init function"})
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if values, ok := spec.(*ast.ValueSpec); ok && d.Tok == token.VAR && !constant(file.Name.Name, d, values) {
					out = append(out, finding{values, "package variable " + values.Names[0].Name + ": make it a function, a constant or a field"})
				}
			}
		}
	}
	return out
}

// constant tells whether a variable is one only because Go has no constants of its type: it is set where it is declared
// and by nobody later.
func constant(pkg string, d *ast.GenDecl, values *ast.ValueSpec) bool {
	name := values.Names[0].Name
	switch {
	case name == "_":
		return true
	case pkg == "version" && name == "Release":
		return true // set by the linker
	case strings.Contains(d.Doc.Text(), "go:embed") || embedded(d.Doc):
		return true
	}
	if len(values.Values) != len(values.Names) {
		return false
	}
	for _, value := range values.Values {
		call, ok := value.(*ast.CallExpr)
		if !ok || !slices.Contains([]string{"errors.New", "sync.OnceValue", "sync.OnceValues", "lazy"}, nameOf(call.Fun)) {
			return false
		}
	}
	return true
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// nameOf is a function's name as it is called, e.g. errors.New; what stands before a type argument.
func nameOf(function ast.Expr) string {
	switch f := function.(type) {
	case *ast.IndexExpr:
		return nameOf(f.X)
	case *ast.SelectorExpr:
		return nameOf(f.X) + "." + f.Sel.Name
	case *ast.Ident:
		return f.Name
	default:
		return ""
	}
}

// Who ends the process in the middle leaves locks behind; who prints to stdout breaks the data on it.
func TestOnlyMainExitsAndOnlyOutputPrints(t *testing.T) {
	for _, s := range sources(t, false, "pkg") {
		ast.Inspect(s.file, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch name := nameOf(selector); {
			case name == "os.Exit", strings.HasPrefix(name, "log.Fatal"), strings.HasPrefix(name, "log.Panic"):
				t.Errorf("%s: %s: return an error, main makes the exit code of it", s.at(node), name)
			case slices.Contains([]string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Stdout", "os.Stderr", "os.Stdin"}, name):
				t.Errorf("%s: %s: the streams are in Env, and data goes through the Printer", s.at(node), name)
			}
			return true
		})
	}
}

// A verb's file names what it needs; the noun's wire.go alone connects it to a system. What registers a flag with its
// completion (connect.Add..., connect.Complete...) connects nothing before somebody presses Tab.
func TestOnlyWireConnects(t *testing.T) {
	for _, s := range sources(t, false, "pkg/cli") {
		folder, base := filepath.Split(s.name)
		if room(strings.TrimSuffix(folder, "/")) != "noun" || base == "wire.go" {
			continue
		}
		for _, imported := range s.file.Imports {
			path, inside := strings.CutPrefix(unquoted(imported), module)
			if inside && (room(path) == "store" || room(path) == "kube") {
				t.Errorf("%s imports %s: connect in wire.go", s.at(imported), path)
			}
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			if selector, ok := node.(*ast.SelectorExpr); ok {
				name, ours := strings.CutPrefix(nameOf(selector), "connect.")
				if ours && !strings.HasPrefix(name, "Add") && !strings.HasPrefix(name, "Complete") {
					t.Errorf("%s calls connect.%s: connect in wire.go", s.at(node), name)
				}
			}
			return true
		})
	}
}

// The lab is built before anything else is there: it may need nothing but Go.
func TestTheLabNeedsOnlyTheStandardLibrary(t *testing.T) {
	for _, s := range sources(t, true, "test/lab") {
		for _, imported := range s.file.Imports {
			path := unquoted(imported)
			host, _, _ := strings.Cut(path, "/")
			if strings.Contains(host, ".") && !strings.HasPrefix(path, module+"test/lab") {
				t.Errorf("%s imports %s", s.at(imported), path)
			}
		}
	}
}

// Tests of the program don't import the lab either: they ask its command.
func TestNothingImportsTests(t *testing.T) {
	for _, s := range sources(t, true, "pkg", "cmd") {
		for _, imported := range s.file.Imports {
			if strings.HasPrefix(unquoted(imported), module+"test/") {
				t.Errorf("%s imports %s", s.at(imported), unquoted(imported))
			}
		}
	}
}

func unquoted(imported *ast.ImportSpec) string {
	path, err := strconv.Unquote(imported.Path.Value)
	if err != nil {
		return imported.Path.Value
	}
	return path
}

// The rule itself: what it forbids, it finds.
func TestStateIsFound(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
import ("errors"; "sync")
var errA = errors.New("a")
var a, b = errors.New("a"), errors.New("b")
var _ fmt.Stringer = T{}
var once = sync.OnceValue(func() int { return 1 })
//go:embed x.json
var text string
var cache = map[string]string{}
var counter int
var mixed, table = errors.New("a"), []string{"a"}
func init() {}
func (T) init() {}
const c = 1
`, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, found := range stateful(file) {
		got = append(got, strings.Fields(found.what)[2])
	}
	if want := "cache: counter: mixed: function"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}
