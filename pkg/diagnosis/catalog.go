package diagnosis

import (
	_ "embed" // the sentences
	"encoding/json"
	"strings"
	"sync"
	"time"
)

//go:embed causes.en.json
var english string

// sentence is one entry of a language's file.
type sentence struct {
	Sentence string `json:"sentence"`
	Hint     string `json:"hint"`
}

// sentences are read when the first cause is shown, never at start-up; JSON, since its decoder is linked in anyway. A
// broken file is a defect that a test shows; a code without an entry is then told by its name.
var sentences = sync.OnceValue(func() map[Code]sentence {
	var out map[Code]sentence
	if err := json.Unmarshal([]byte(english), &out); err != nil {
		return nil
	}
	return out
})

// Entry is a row of the catalog of causes.
type Entry struct {
	Code     Code
	Sentence string // with placeholders {name}; a part in [ ] is left out when a placeholder in it is empty
	Hint     string
	Words    string // for tables
	Class    Class
	Grace    time.Duration
	// SureGrace is the shorter grace, where the cause itself shows that waiting is in vain; zero: none.
	SureGrace   time.Duration
	Tries       int32
	NodeSuspect bool
	Args        []string
}

// Catalog lists every cause, the most telling first, for the documents.
func Catalog() []Entry {
	var out []Entry
	for _, p := range Policies() {
		said := sentences()[p.Code]
		out = append(out, Entry{
			Code: p.Code, Sentence: said.Sentence, Hint: said.Hint, Words: p.Words, Class: p.Class, Grace: p.Grace,
			SureGrace: p.SureGrace, Tries: p.Tries, NodeSuspect: p.NodeSuspect, Args: append([]string(nil), p.Args...),
		})
	}
	return out
}

// CommonArgs are the placeholders that every sentence may use.
func CommonArgs() []string {
	return []string{"project", "workload", "name", "deploy", "container", "pod"}
}

// Say fills the sentence and the hint of a code.
func Say(code Code, args map[string]string) (message, hint string) {
	said, ok := sentences()[code]
	if !ok {
		return strings.ReplaceAll(string(code), "_", " "), ""
	}
	return fill(said.Sentence, args), fill(said.Hint, args)
}

// fill puts values for placeholders. The template is read once from left to right, so that values are never read as
// placeholders themselves.
func fill(template string, args map[string]string) string {
	var out strings.Builder
	for {
		open := strings.IndexAny(template, "[{")
		if open < 0 {
			out.WriteString(template)
			return strings.TrimSpace(out.String())
		}
		out.WriteString(template[:open])
		closing := byte('}')
		if template[open] == '[' {
			closing = ']'
		}
		end := strings.IndexByte(template[open:], closing)
		if end < 0 {
			out.WriteString(template[open:])
			return strings.TrimSpace(out.String())
		}
		inside := template[open+1 : open+end]
		if closing == '}' {
			out.WriteString(args[inside])
		} else if supplied(inside, args) {
			out.WriteString(fillOpen(inside, args))
		}
		template = template[open+end+1:]
	}
}

// fillOpen fills an optional part, keeping its spaces.
func fillOpen(part string, args map[string]string) string {
	lead := part[:len(part)-len(strings.TrimLeft(part, " "))]
	return lead + fill(part, args)
}

// supplied tells whether every placeholder of a part has a value.
func supplied(part string, args map[string]string) bool {
	for _, name := range placeholders(part) {
		if args[name] == "" {
			return false
		}
	}
	return true
}

// placeholders lists the names in a template.
func placeholders(template string) []string {
	var out []string
	for {
		_, rest, found := strings.Cut(template, "{")
		if !found {
			return out
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return out
		}
		out = append(out, name)
		template = after
	}
}
