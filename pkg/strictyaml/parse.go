package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parse reads the roots of all documents that hold something.
func parse(data []byte) (roots []*yaml.Node, problem *Problem) {
	// The parser of the library has panicked on odd input before; such a file is refused like any other bad one.
	defer func() {
		if recover() != nil {
			roots, problem = nil, &Problem{Message: "this is not YAML that can be read"}
		}
	}()
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, syntaxProblem(data, err)
		}
		if len(document.Content) == 1 && !isNull(document.Content[0]) {
			roots = append(roots, document.Content[0])
		}
	}
}

// syntaxProblem puts the parser's message into words, with a place where one can be had.
func syntaxProblem(data []byte, err error) *Problem {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	problem := &Problem{}
	if at := regexp.MustCompile(`^line (\d+): `).FindStringSubmatch(message); at != nil {
		problem.Line, _ = strconv.Atoi(at[1])
		message = message[len(at[0]):]
	}
	lines := strings.Split(string(data), "\n")
	if anchor := regexp.MustCompile(`^unknown anchor '(.*)' referenced`).FindStringSubmatch(message); anchor != nil {
		problem.Line, problem.Column = find(lines, "*"+anchor[1])
		problem.Message = fmt.Sprintf("alias *%s names an anchor that is not defined above it", shorten(anchor[1]))
		return problem
	}
	if line := tabbed(lines, problem.Line); line > 0 {
		problem.Line, problem.Column = line, strings.IndexByte(lines[line-1], '\t')+1
		problem.Message = "a tab can't be used for indentation: use spaces"
		return problem
	}
	problem.Message = "not valid YAML: " + message
	return problem
}

// tabbed finds a line indented with a tab near the line of a syntax error, which the parser often counts one off.
func tabbed(lines []string, near int) int {
	for _, line := range []int{near, near + 1, near - 1} {
		if line < 1 || line > len(lines) {
			continue
		}
		text := lines[line-1]
		if indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]; strings.Contains(indent, "\t") {
			return line
		}
	}
	return 0
}

func find(lines []string, word string) (line, column int) {
	for i, text := range lines {
		if at := strings.Index(text, word); at >= 0 {
			return i + 1, len([]rune(text[:at])) + 1
		}
	}
	return 0, 0
}
