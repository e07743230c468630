package output

import (
	"slices"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// The names of the formats.
const (
	formatTable      = "table"
	formatWide       = "wide"
	formatJSON       = "json"
	formatYAML       = "yaml"
	formatCSV        = "csv"
	formatName       = "name"
	formatNDJSON     = "ndjson"
	formatJSONPath   = "jsonpath"
	formatGoTemplate = "go-template"
)

// Formats lists what -o takes, for help texts and completion. Those that end in = need an expression.
func Formats() []string {
	return []string{
		formatTable, formatWide, formatJSON, formatYAML, formatCSV, formatName, formatNDJSON,
		formatJSONPath + "=", formatGoTemplate + "=",
	}
}

// format is the value of -o, read. Only jsonpath and go-template have a program.
type format struct {
	name    string
	program program
}

func parseFormat(value string) (format, error) {
	name, expression, given := strings.Cut(value, "=")
	switch {
	case value == "":
		return format{name: formatTable}, nil
	case name == formatJSONPath, name == formatGoTemplate:
		return parseProgram(name, expression)
	case !slices.Contains(Formats(), name):
		return format{}, unknownChoice("-o", name, Formats())
	case given:
		return format{}, fault.New(fault.Usage, "-o %s takes no expression", name).WithHint("use -o %s", name)
	default:
		return format{name: name}, nil
	}
}

func parseProgram(name, expression string) (format, error) {
	example, compile := `jsonpath='{.items[*].name}'`, compileJSONPath
	if name == formatGoTemplate {
		example, compile = `go-template='{{range .items}}{{.name}}{{"\n"}}{{end}}'`, compileTemplate
	}
	if strings.TrimSpace(expression) == "" {
		return format{}, fault.New(fault.Usage, "-o %s needs an expression", name).WithHint("for example -o %s", example)
	}
	program, err := compile(expression)
	if err != nil {
		return format{}, fault.New(fault.Usage, "reading the expression of -o %s: %w", name, err).
			WithHint("for example -o %s", example)
	}
	return format{name: name, program: program}, nil
}

func joined(words []string) string { return strings.Join(words, ", ") }

// nearest is the choice with the fewest letters to change.
func nearest(word string, choices []string) string {
	return slices.MinFunc(choices, func(a, b string) int {
		return distance(word, strings.TrimSuffix(a, "=")) - distance(word, strings.TrimSuffix(b, "="))
	})
}

// distance is Levenshtein's, over the first letters: nobody mistypes more.
func distance(from, to string) int {
	const enough = 32
	a, b := []rune(strings.ToLower(from)), []rune(to)
	a = a[:min(len(a), enough)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, letter := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, other := range b {
			change := diagonal
			if letter != other {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
