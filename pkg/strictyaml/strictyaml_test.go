package strictyaml_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

type embedded struct {
	Image string `json:"image,omitempty"`
}

type part struct {
	Name     string             `json:"name"`
	Port     int32              `json:"port,omitempty"`
	Size     uint8              `json:"size,omitempty"`
	Enabled  *bool              `json:"enabled,omitempty"`
	Ratio    float64            `json:"ratio,omitempty"`
	Memory   *resource.Quantity `json:"memory,omitempty"`
	Target   intstr.IntOrString `json:"target,omitempty"`
	Since    metav1.Time        `json:"since,omitzero"`
	Args     []string           `json:"args,omitempty"`
	Env      map[string]string  `json:"env,omitempty"`
	Raw      json.RawMessage    `json:"raw,omitempty"`
	Any      any                `json:"any,omitempty"`
	Data     []byte             `json:"data,omitempty"`
	Pair     [2]int             `json:"pair,omitempty"`
	Level    level              `json:"level,omitempty"`
	Internal string             `json:"-"`
	Parts    []part             `json:"parts,omitempty"`
	embedded
	More `json:",inline"`
}

type More struct {
	Replicas *int `json:"replicas,omitempty"`
}

type level string

func (l *level) UnmarshalText(source []byte) error {
	if string(source) != "low" && string(source) != "high" {
		return errors.New("it is low or high")
	}
	*l = level(source)
	return nil
}

func decode(t *testing.T, source string) (part, error) {
	t.Helper()
	var p part
	err := strictyaml.Decode([]byte(source), strictyaml.Options{File: "f.yaml"}, &p)
	return p, err
}

func TestMessagesAboutTheFile(t *testing.T) {
	checkMessages(t, map[string]message{
		"misspelt key":        {"name: a\nimgae: b\n", `f.yaml:2:1: unknown field "imgae", did you mean "image"?`},
		"unknown key":         {"zzzzzz: b\n", `f.yaml:1:1: unknown field "zzzzzz"`},
		"wrong case":          {"Name: b\n", `f.yaml:1:1: unknown field "Name", did you mean "name"?`},
		"hidden field":        {"Internal: b\n", `f.yaml:1:1: unknown field "Internal"`},
		"nested":              {"parts:\n- name: a\n  prot: 1\n", `f.yaml:3:3: unknown field "prot", did you mean "port"?`},
		"duplicate key":       {"name: a\nport: 1\nname: b\n", `f.yaml:3:1: duplicate key "name", first on line 1`},
		"duplicate map key":   {"env:\n  A: 1\n  A: 2\n", `f.yaml:3:3: duplicate key "A", first on line 2`},
		"merge key":           {"env: &a {A: 1}\nparts:\n- <<: *a\n", `f.yaml:3:3: merge keys (<<) are not supported: write the fields out, or use an alias for a whole value`},
		"unknown alias":       {"name: a\nimage: *b\n", `f.yaml:2:8: alias *b names an anchor that is not defined above it`},
		"own tag":             {"name: !secret a\n", `f.yaml:1:7: tag !secret is not supported: write the value without it`},
		"key is a list":       {"env:\n  ? [a]\n  : b\n", `f.yaml:2:5: a key must be a text, not a list`},
		"key is nothing":      {"env:\n  ~: b\n", `f.yaml:2:3: a key must be a text, not nothing`},
		"contains itself":     {"any: &a\n  b: *a\n", `f.yaml:2:6: alias *a contains itself`},
		"not a mapping":       {"- a\n", `f.yaml:1:1: the document must be a mapping, not a list`},
		"two documents":       {"name: a\n---\nname: b\n", `f.yaml:3:1: only one document is expected here, but a second begins (2 in all)`},
		"empty":               {"", `f.yaml: there is nothing in this document`},
		"comments only":       {"# a\n", `f.yaml: there is nothing in this document`},
		"tab":                 {"env:\n\tA: b\n", `f.yaml:2:1: a tab can't be used for indentation: use spaces`},
		"tab after spaces":    {"parts:\n- name: a\n  \timage: b\n", `f.yaml:3:3: a tab can't be used for indentation: use spaces`},
		"open quote":          {"name: \"a\nport: 1\n", `f.yaml:3: not valid YAML: found unexpected end of stream`},
		"indentation":         {"name: a\n  port: 1\n", `f.yaml:2: not valid YAML: mapping values are not allowed in this context`},
		"not UTF-8":           {"name: a\nimage: b\xff\n", `f.yaml:2:9: byte 0xff is not UTF-8: save the file as UTF-8`},
		"NUL":                 {"name: a\x00\n", `f.yaml:1:8: a NUL byte: this is not a text file`},
		"control character":   {"name: \x1b[1m\n", `f.yaml:1:7: control character U+001B is not allowed`},
		"UTF-16":              {"\xff\xfen\x00", `f.yaml:1:1: the file is in UTF-16: save it as UTF-8`},
		"columns are letters": {"env: {名前: 値, A: [1]}\n", `f.yaml:1:17: A must be a text, not a list`},
		"JSON":                {"{\n\t\"name\": \"a\",\n\t\"prot\": 1\n}", `f.yaml:3:2: unknown field "prot", did you mean "port"?`},
	})
}

func TestMessagesAboutValues(t *testing.T) {
	checkMessages(t, map[string]message{
		"list for a number":    {"port: [1]\n", `f.yaml:1:7: port must be a whole number, not a list`},
		"fraction":             {"port: 1.5\n", `f.yaml:1:7: port must be a whole number, not 1.5`},
		"exponent":             {"port: 1e3\n", `f.yaml:1:7: port must be a whole number, not 1e3`},
		"quoted number":        {"port: \"80\"\n", `f.yaml:1:7: port must be a whole number, not the text "80": remove the quotes`},
		"word for a number":    {"port: http\n", `f.yaml:1:7: port must be a whole number, not the text "http"`},
		"underscore":           {"port: 1_000\n", `f.yaml:1:7: port must be a whole number, not the text "1_000"`},
		"too large":            {"port: 3000000000\n", `f.yaml:1:7: port must be between -2147483648 and 2147483647, not 3000000000`},
		"negative":             {"size: -1\n", `f.yaml:1:7: size must be between 0 and 255, not -1`},
		"huge":                 {"port: " + strings.Repeat("9", 200), "f.yaml:1:7: port can't be " + strings.Repeat("9", 59) + "…: the number is too large"},
		"leading zero":         {"port: 0755\n", `f.yaml:1:7: port can't be 0755: a leading zero means octal to some readers; write 0o755 if that is meant, else 755`},
		"yes":                  {"enabled: yes\n", `f.yaml:1:10: enabled must be true or false, not the text "yes": write true`},
		"Off":                  {"enabled: Off\n", `f.yaml:1:10: enabled must be true or false, not the text "Off": write false`},
		"True":                 {"enabled: True\n", `f.yaml:1:10: enabled must be true or false, not the text "True": write true`},
		"quoted true":          {"enabled: 'true'\n", `f.yaml:1:10: enabled must be true or false, not the text "true": write true`},
		"mapping for a bool":   {"enabled: {a: b}\n", `f.yaml:1:10: enabled must be true or false, not a mapping`},
		"mapping for a text":   {"name: {a: b}\n", `f.yaml:1:7: name must be a text, not a mapping`},
		"text for a list":      {"args: one\n", `f.yaml:1:7: args must be a list, not the text "one"`},
		"list for a mapping":   {"env: [A]\n", `f.yaml:1:6: env must be a mapping, not a list`},
		"text for a struct":    {"parts:\n- one\n", `f.yaml:2:3: parts[0] must be a mapping, not the text "one"`},
		"list item":            {"args:\n- a\n- [b]\n", `f.yaml:3:3: args[1] must be a text, not a list`},
		"text for a fraction":  {"ratio: .inf\n", `f.yaml:1:8: ratio must be a number, not the text ".inf"`},
		"large fraction":       {"ratio: 1e999\n", `f.yaml:1:8: ratio can't be 1e999: the number is too large`},
		"array":                {"pair: [1]\n", `f.yaml:1:7: pair must be a list of 2, not a list`},
		"base64":               {"data: '%'\n", `f.yaml:1:7: data must be in base64`},
		"quantity":             {"memory: 5 MB\n", "f.yaml:1:9: memory can't be \"5 MB\": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
		"text type":            {"level: middle\n", `f.yaml:1:8: level can't be "middle": it is low or high`},
		"list for a text type": {"level: []\n", `f.yaml:1:8: level must be a text, not a list`},
		"long value":           {"port: " + strings.Repeat("x", 100), `f.yaml:1:7: port must be a whole number, not the text "` + strings.Repeat("x", 59) + `…"`},
		"in an interface":      {"any: {a: 99999999999999999999}\n", `f.yaml:1:10: a must be between -9223372036854775808 and 9223372036854775807, not 99999999999999999999`},
	})
}

type message struct{ source, want string }

func checkMessages(t *testing.T, messages map[string]message) {
	t.Helper()
	for name, tt := range messages {
		_, err := decode(t, tt.source)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		if !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s:\n got %s\nwant %s", name, err, tt.want)
		}
		if !fault.Is(err, fault.Usage) {
			t.Errorf("%s: the kind is %s", name, fault.KindOf(err).Code())
		}
	}
}

func TestAllProblemsAreTold(t *testing.T) {
	_, err := decode(t, "nmae: a\nport: x\nname: b\nname: c\n")
	want := `f.yaml:1:1: unknown field "nmae", did you mean "name"?
f.yaml:2:7: port must be a whole number, not the text "x"
f.yaml:4:1: duplicate key "name", first on line 3`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	problems := strictyaml.ProblemsOf(fmt.Errorf("reading: %w", err))
	if len(problems) != 3 || problems[0].Nearest != "name" || problems[0].Path != "nmae" {
		t.Errorf("got %+v", problems)
	}
	for count, last := range map[int]string{25: "and 5 more", 3000: "and at least 980 more"} {
		_, err = decode(t, "parts:\n"+strings.Repeat("- x\n", count))
		if lines := strings.Split(err.Error(), "\n"); len(lines) != 21 || lines[20] != last {
			t.Errorf("%d problems: %d lines, the last: %s", count, len(lines), lines[len(lines)-1])
		}
	}
}

func TestValuesKeepTheirSource(t *testing.T) {
	source := "\ufeffname: 1.10\r\nargs: [8080, true, no, 0755, 2001-01-01, 1_000, 'null', !!str 5]\r\nenv: {8080: a, yes: b, A.b/C: 0x1F, 名前: ~}\r\n" +
		"image: a\r\nreplicas: 0x10\r\nenabled: false\r\nratio: 1\r\nmemory: 1.50Gi\r\ntarget: 80\r\nport: 0o17\r\n" +
		"since: 2024-01-02T03:04:05Z\r\nraw: {a: 1.10, b: [~, \"x\", +5, -.5e3, 0x10, 007x]}\r\nany: {a: 1, b: 1.5, c: yes, d: [null], e: .inf}\r\n" +
		"data: aGk=\r\npair: [1, 2]\r\nlevel: low\r\nparts:\r\n- &p {name: a, memory: 0.5}\r\n- *p\r\n"
	got, err := decode(t, source)
	if err != nil {
		t.Fatal(err)
	}
	if got.Memory.String() != "1536Mi" || got.Parts[0].Memory.String() != "500m" || got.Target != intstr.FromInt32(80) || got.Since.Year() != 2024 {
		t.Errorf("types with their own decoding: %v %v %v %v", got.Memory, got.Parts[0].Memory, got.Target, got.Since)
	}
	if got.Parts[1].Name != "a" || got.Parts[1].Memory == got.Parts[0].Memory {
		t.Errorf("an alias is a copy: %+v", got.Parts)
	}
	for _, check := range []struct{ got, want any }{
		{got.Name, "1.10"},
		{got.Args, []string{"8080", "true", "no", "0755", "2001-01-01", "1_000", "null", "5"}},
		{got.Env, map[string]string{"8080": "a", "yes": "b", "A.b/C": "0x1F", "名前": ""}},
		{got.Image, "a"},
		{*got.Replicas, 16},
		{*got.Enabled, false},
		{got.Ratio, 1.0},
		{got.Port, int32(15)},
		{string(got.Raw), `{"a":1.10,"b":[null,"x",5,-0.5e3,16,"007x"]}`},
		{got.Any, map[string]any{"a": int64(1), "b": 1.5, "c": "yes", "d": []any{nil}, "e": ".inf"}},
		{string(got.Data), "hi"},
		{got.Pair, [2]int{1, 2}},
		{got.Level, level("low")},
	} {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

func TestNullLeavesTheFieldAsItWas(t *testing.T) {
	p := part{Name: "before", Port: 80}
	if err := strictyaml.Decode([]byte("name:\nport: ~\nargs: null\n"), strictyaml.Options{}, &p); err != nil {
		t.Fatal(err)
	}
	if p.Name != "before" || p.Port != 80 || p.Args != nil {
		t.Errorf("got %+v", p)
	}
}

func TestAliasBombsAreRefused(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("any:\n- &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&bomb, "- &a%d [%s]\n", i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	fat := "any:\n- &a " + strings.Repeat("x", 1<<20) + "\n" + strings.Repeat("- *a\n", 100)
	for name, source := range map[string]string{"nodes": bomb.String(), "bytes": fat} {
		_, err := decode(t, source)
		if err == nil || !strings.Contains(err.Error(), "the aliases in this file stand for more than 100000 values or 16 MiB") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := decode(t, "any: "+strings.Repeat("[", 101)+strings.Repeat("]", 101)); err == nil || !strings.Contains(err.Error(), "nested more than 100 levels deep") {
		t.Errorf("depth: got %v", err)
	}
}

func TestSizeLimit(t *testing.T) {
	var p part
	err := strictyaml.Decode([]byte("name: abcdef\n"), strictyaml.Options{File: "f", MaxBytes: 10}, &p)
	if err == nil || err.Error() != "f: the file is too large: 13 bytes, the limit is 10" {
		t.Errorf("got %v", err)
	}
}

func TestUnknownHasAVoice(t *testing.T) {
	var p part
	err := strictyaml.Decode([]byte("parts: [{password: x, prot: 1}]\n"), strictyaml.Options{Unknown: func(path, key string) string {
		if key == "password" {
			return "no secrets at " + path
		}
		return ""
	}}, &p)
	want := "1:10: no secrets at parts[0].password\n1:23: unknown field \"prot\", did you mean \"port\"?"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestParseAllReadsEachDocument(t *testing.T) {
	documents, err := strictyaml.ParseAll([]byte("---\nname: a\n---\n---\n# nothing\n---\nname: b\nport: x\n"), strictyaml.Options{File: "f"})
	if err != nil || len(documents) != 2 {
		t.Fatalf("%d documents, %v", len(documents), err)
	}
	var p part
	if err := documents[0].Decode(&p); err != nil || p.Name != "a" {
		t.Errorf("got %v %v", p.Name, err)
	}
	if err := documents[1].Decode(&p); err == nil || !strings.HasPrefix(err.Error(), "f:8:7: ") {
		t.Errorf("got %v", err)
	}
}
