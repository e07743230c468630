// Package strictyaml decodes YAML and JSON written by hand into Go structs, and says everything that is wrong with it at
// once, each time with line, column and, for a misspelt key, the nearest known one.
//
// Fields are found by their json tag, exactly. A text field keeps the source of an unquoted value, so that version: 1.10
// stays "1.10" and country: no stays "no"; the other kinds are as strict as YAML 1.2: true and false only, whole numbers
// from whole numbers only. A null, or nothing after the colon, leaves the field as it was. Aliases work within bounds,
// merge keys (<<) and tags of one's own are refused.
package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// The bounds. They keep a small file from becoming a large tree.
const (
	DefaultMaxBytes = 4 << 20

	maxDepth         = 100
	maxAliasedNodes  = 100_000  // nodes reached through aliases, all together
	maxAliasedBytes  = 16 << 20 // text reached through aliases, all together
	maxProblems      = 1000     // kept, so that a large file full of errors stays small
	maxProblemsShown = 20
	maxValueShown    = 60
)

// Options say what is read and how.
type Options struct {
	File     string // named in problems; may be empty
	MaxBytes int64  // 0 means DefaultMaxBytes

	// Unknown may give a better message for a key that no field has: path is where it stands, key the last part of it.
	// An empty answer leaves the usual message.
	Unknown func(path, key string) string
}

// Problem is one thing wrong, and where.
type Problem struct {
	File         string
	Line, Column int    // from 1; 0 when not known
	Path         string // spec.components[0].port; empty for the document itself
	Message      string
	Nearest      string // the known word that was probably meant; the message has it too
}

func (p Problem) Error() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, "%d:", p.Line)
		if p.Column > 0 {
			fmt.Fprintf(&b, "%d:", p.Column)
		}
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is all that is wrong with a file, in the order of its lines.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, 0, min(len(ps), maxProblemsShown)+1)
	for i, p := range ps {
		if i == maxProblemsShown {
			least := ""
			if len(ps) >= maxProblems {
				least = "at least "
			}
			lines = append(lines, fmt.Sprintf("and %s%d more", least, len(ps)-i))
			break
		}
		lines = append(lines, p.Error())
	}
	return strings.Join(lines, "\n")
}

// Fault is the problems as a usage fault, or nil when there are none. Rules that find more than Decode does end with it.
func (ps Problems) Fault() error {
	if len(ps) == 0 {
		return nil
	}
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Line != ps[j].Line {
			return ps[i].Line < ps[j].Line
		}
		return ps[i].Column < ps[j].Column
	})
	return fault.New(fault.Usage, "%w", ps).WithCode("invalid_file")
}

// ProblemsOf gives the problems inside an error of this package, so that more can be added to them.
func ProblemsOf(err error) Problems {
	var ps Problems
	errors.As(err, &ps)
	return ps
}

// Decode reads data, which must hold one document, into a pointer to a struct, map or slice. After an error what it
// points to is partly filled.
func Decode(data []byte, o Options, into any) error {
	document, err := Parse(data, o)
	if err != nil {
		return err
	}
	return document.Decode(into)
}

// Parse reads data, which must hold at most one document, as a tree. What makes the tree unusable is an error here; what
// does not, such as a duplicate key, is reported by Decode together with what else is wrong.
func Parse(data []byte, o Options) (*Document, error) {
	documents, err := ParseAll(data, o)
	switch {
	case err != nil:
		return nil, err
	case len(documents) == 0:
		return &Document{options: o}, nil
	case len(documents) > 1:
		second := documents[1].root
		return nil, Problems{{File: o.File, Line: second.Line, Column: second.Column, Message: fmt.Sprintf("only one document is expected here, but a second begins (%d in all)", len(documents))}}.Fault()
	}
	return documents[0], nil
}

// ParseAll reads each document that is not empty.
func ParseAll(data []byte, o Options) ([]*Document, error) {
	data, problem := guard(data, o)
	if problem != nil {
		return nil, Problems{*problem}.Fault()
	}
	roots, problem := parse(data)
	if problem != nil {
		problem.File = o.File
		return nil, Problems{*problem}.Fault()
	}
	var documents []*Document
	budget := &walker{file: o.File, active: map[*yaml.Node]bool{}}
	for _, root := range roots {
		budget.found = nil
		if !budget.walk(root, nil, 0, false) {
			return nil, budget.found.Fault()
		}
		documents = append(documents, &Document{options: o, root: root, found: budget.found})
	}
	return documents, nil
}

// Document is one document after the guards.
type Document struct {
	options Options
	root    *yaml.Node // nil when the document is empty
	found   Problems   // what Parse found and could live with
}

// Empty tells that the document holds nothing, or comments only.
func (d *Document) Empty() bool { return d.root == nil }

// Decode fills what into points to.
func (d *Document) Decode(into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("decoding %s: %T is not a pointer to something", d.options.File, into)
	}
	if d.root == nil {
		return Problems{{File: d.options.File, Message: "there is nothing in this document"}}.Fault()
	}
	decoder := &decoder{options: d.options, structs: map[reflect.Type]*structFields{}, problems: append(Problems(nil), d.found...)}
	decoder.value(d.root, target.Elem(), nil)
	return decoder.problems.Fault()
}

// Problem makes a problem that stands where path stands, or where the nearest part of it does that the file has.
func (d *Document) Problem(path, format string, args ...any) Problem {
	line, column := d.Position(path)
	return Problem{File: d.options.File, Line: line, Column: column, Path: path, Message: fmt.Sprintf(format, args...)}
}

// Position is the line and column of the value at path, or of the nearest thing above it that the file has. A key that is
// not a plain word is quoted in a path: labels."app.kubernetes.io/name". A path that can't be read stands at the top.
func (d *Document) Position(path string) (line, column int) {
	if d.root == nil {
		return 0, 0
	}
	steps, err := SplitPath(path)
	if err != nil {
		return d.root.Line, d.root.Column
	}
	return locate(d.root, steps)
}

// RewriteScalars replaces plain (unquoted) values before decoding: a whole number or true or false put in place of a text
// is then one. rewrite gives the new text, and false to leave a value alone. A value can only become another value, never
// structure; keys stay as they are.
func (d *Document) RewriteScalars(rewrite func(text string) (string, bool)) {
	if d.root != nil {
		rewriteScalars(d.root, rewrite, map[*yaml.Node]bool{})
	}
}

func rewriteScalars(n *yaml.Node, rewrite func(string) (string, bool), seen map[*yaml.Node]bool) {
	if seen[n] {
		return // reached through an alias before
	}
	seen[n] = true
	if n.Kind == yaml.ScalarNode && n.Style == 0 {
		if text, changed := rewrite(n.Value); changed {
			n.Value, n.Tag = text, "" // resolved anew from the text
		}
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			rewriteScalars(child, rewrite, seen)
		}
	}
}
