package cli_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// shellCalls splits a line of an example as a shell would: into the commands of a pipeline, each a list of words. Comments
// and redirections are cut. It knows what examples use: quotes, backslashes, | ; && > < # and $(...), whose commands come
// first.
func shellCalls(line string) ([][]string, error) {
	var s splitter
	quote, runes := rune(0), []rune(line)
scan:
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote != '\'' && r == '$' && i+1 < len(runes) && runes[i+1] == '(':
			inner, _, closed := strings.Cut(string(runes[i+2:]), ")")
			if !closed {
				return nil, errors.New("$( is not closed")
			}
			substituted, err := shellCalls(inner)
			if err != nil {
				return nil, err
			}
			s.calls = append(s.calls, substituted...)
			i += 2 + len([]rune(inner))
			s.add("$()")
		case quote == 0 && r == '#' && !s.inWord:
			break scan
		case quote == 0 && (r == ' ' || r == '\t'):
			s.endWord()
		case quote == 0 && (r == '|' || r == ';' || r == '&'):
			s.endCall()
		case quote == 0 && (r == '>' || r == '<'):
			s.endWord()
			s.skip = true
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
			s.add("")
		case quote == r:
			quote = 0
		case r == '\\' && quote != '\'' && i+1 < len(runes):
			i++
			s.add(string(runes[i]))
		default:
			s.add(string(r))
		}
	}
	s.endCall()
	switch {
	case quote != 0:
		return nil, errors.New("a quote is not closed")
	case len(s.calls) == 0:
		return nil, errors.New("it holds no command")
	}
	return s.calls, nil
}

// splitter gathers what shellCalls finds.
type splitter struct {
	calls  [][]string
	words  []string
	word   string
	inWord bool
	skip   bool // the next word is the file of a redirection, not an argument
}

func (s *splitter) add(text string) { s.word, s.inWord = s.word+text, true }

func (s *splitter) endWord() {
	if s.inWord && !s.skip {
		s.words = append(s.words, s.word)
	}
	s.skip = s.skip && !s.inWord
	s.word, s.inWord = "", false
}

func (s *splitter) endCall() {
	s.endWord()
	if len(s.words) > 0 {
		s.calls = append(s.calls, s.words)
	}
	s.words = nil
}

func TestShellCalls(t *testing.T) {
	for line, want := range map[string][][]string{
		`  a b  # c`:                      {{"a", "b"}},
		`a 'b c' "d e" f\ g`:              {{"a", "b c", "d e", "f g"}},
		`cat x | a -f - -o json`:          {{"cat", "x"}, {"a", "-f", "-", "-o", "json"}},
		`a -o json | jq -r '.b[] | .c'`:   {{"a", "-o", "json"}, {"jq", "-r", ".b[] | .c"}},
		`a > /x/y && b --c='#d' ''`:       {{"a"}, {"b", "--c=#d", ""}},
		`a >x b`:                          {{"a", "b"}},
		`"${E:-vi}" "$(a b)/c"`:           {{"a", "b"}, {"${E:-vi}", "$()/c"}},
		`a#b c`:                           {{"a#b", "c"}},
		`a -o go-template='{{"\n"}}' "'"`: {{"a", "-o", `go-template={{"\n"}}`, "'"}},
	} {
		if got, err := shellCalls(line); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, %v", line, got, err)
		}
	}
	for _, line := range []string{`a 'b`, `# only words`, `a $(b`} {
		if got, err := shellCalls(line); err == nil {
			t.Errorf("%s: %q", line, got)
		}
	}
}
