package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration as people write it: see ParseDuration.
type Duration time.Duration

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(source []byte) error {
	parsed, err := ParseDuration(string(source))
	*d = Duration(parsed)
	return err
}

func (d Duration) String() string { return FormatDuration(time.Duration(d)) }

// ParseDuration reads 90s, 5m, 4h, 2d, 1d12h, 1.5h, 250ms, and 0, which as a limit means none.
func ParseDuration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	rest := s
	var total float64
	for rest != "" {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789."))]
		rest = rest[len(digits):]
		word := rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))]
		rest = rest[len(word):]
		count, err := strconv.ParseFloat(digits, 64)
		unit := unitOf(word)
		if err != nil || unit == 0 {
			return 0, errors.New("write a duration as 90s, 5m, 4h, 2d or 1h30m, or 0 for no limit")
		}
		total += count * float64(unit)
	}
	if s == "" || total >= math.MaxInt64 {
		return 0, errors.New("write a duration as 90s, 5m, 4h or 2d, of less than 292 years")
	}
	// A millisecond is the finest that can be written.
	d := time.Duration(total).Round(time.Millisecond)
	if d == 0 && total > 0 {
		d = time.Millisecond // 0 would mean no limit
	}
	return d, nil
}

func unitOf(word string) time.Duration {
	switch word {
	case "ms":
		return time.Millisecond
	case "s":
		return time.Second
	case "m":
		return time.Minute
	case "h":
		return time.Hour
	case "d":
		return 24 * time.Hour
	}
	return 0
}

// FormatDuration writes a duration so that ParseDuration reads it: 2d, 1h30m, 250ms.
func FormatDuration(d time.Duration) string {
	if d <= 0 {
		return "0"
	}
	out := ""
	if days := d / (24 * time.Hour); days > 0 {
		out = fmt.Sprintf("%dd", days)
		d -= days * 24 * time.Hour
	}
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}, {time.Millisecond, "ms"}} {
		if count := d / unit.size; count > 0 {
			out += fmt.Sprintf("%d%s", count, unit.name)
			d -= count * unit.size
		}
	}
	if out == "" {
		return "1ms" // what is left is less than that, and 0 would mean no limit
	}
	return out
}

// Command is a program and its arguments, whose output is a secret. It is run without a shell, so that it means the same
// everywhere and nothing is expanded in it.
type Command []string

// UnmarshalJSON reads a list of words, or one text that is split into words at spaces outside quotes.
func (c *Command) UnmarshalJSON(source []byte) error {
	var words []string
	if err := json.Unmarshal(source, &words); err != nil {
		var line string
		if err := json.Unmarshal(source, &line); err != nil {
			return errors.New("a command is a text or a list of texts")
		}
		if words, err = splitWords(line); err != nil {
			return err
		}
	}
	if len(words) == 0 || words[0] == "" {
		return errors.New("a command needs a program")
	}
	*c = words
	return nil
}

// String quotes the words that need it, so that the text reads back as the same command.
func (c Command) String() string {
	words := make([]string, len(c))
	for i, word := range c {
		words[i] = word
		if word == "" || strings.ContainsAny(word, " \t\r\n'\"") {
			words[i] = `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
		}
	}
	return strings.Join(words, " ")
}

// splitWords knows single quotes, double quotes, and \" inside the latter. Every other backslash is itself: paths of Windows
// are full of them.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	runes := []rune(line)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == '"' && r == '\\' && i+1 < len(runes) && runes[i+1] == '"':
			word.WriteRune('"')
			i++
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("the quote %c is not closed", quote)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
