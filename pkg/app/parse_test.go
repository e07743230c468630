package app_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// Each line of fields stands from line 7 on, below a good component.
func TestParseRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ fields, want string }{
		"unknown field":      {"    imagee: x\n", `app.yaml:7:5: unknown field "imagee", did you mean "image"?`},
		"unknown deep field": {"    probes:\n      ready: {htpp: /}\n", `app.yaml:8:15: unknown field "htpp"`},
		"kubernetes word":    {"    readinessProbe: {}\n", "write probes:"},
		"bad quantity":       {"    resources:\n      cpu: lots\n", `app.yaml:8:12: cpu "lots" is no quantity such as 250m or 2`},
		"milli bytes":        {"    resources: {memory: 128m}\n", "less than 1Mi: is the unit right?"},
		"milli cores":        {"    resources: {cpu: 128Mi}\n", "more than 4096 cores"},
		"limit below":        {"    resources: {cpu: 2, limits: {cpu: 1}}\n", "below the 2 that are reserved"},
		"bad name":           {"    name: Cart_1\n", `app.yaml:7:11: name "Cart_1" must be lower-case letters`},
		"long name":          {"    name: " + strings.Repeat("x", 50) + "\n", "55 characters long; 52 are possible"},
		"name twice":         {"  - image: b:1\n", "app.yaml:7:5: this component needs a name: another one is called main"},
		"port 0":             {"    ports: [{port: 0}]\n", "port must be from 1 to 65535"},
		"port too high":      {"    ports: [{port: 70000}]\n", "app.yaml:7:20: port must be from 1 to 65535, not 70000"},
		"port twice":         {"    ports: [{port: 80}, {port: 80, name: b, service: 81}]\n", "port 80/TCP is there twice"},
		"service twice":      {"    ports: [{port: 80}, {port: 81, service: 80}]\n", "service port 80/TCP is there twice"},
		"port name":          {"    ports: [{port: 80, name: a_very_long_name}]\n", "can't be used"},
		"protocol":           {"    ports: [{port: 80, protocol: tcp}]\n", `protocol must be one of TCP, UDP, SCTP, not "tcp"`},
		"env name":           {"    env: {\"A B\": x}\n", `"A B" can't be the name of an environment variable`},
		"huge env":           {"    env: {A: " + strings.Repeat("x", 200<<10) + "}\n", "A is 200 KiB long, but Linux"},
		"huge file":          {"    files: {/a: {content: " + strings.Repeat("x", 2<<20) + "}}\n", "the file is 2.0 MiB long; all files of a component may hold 900 KiB together"},
		"huge files":         {"    files: {/a: {content: " + strings.Repeat("x", 500<<10) + "}, /b: {content: " + strings.Repeat("x", 500<<10) + "}}\n", "the files hold 1000 KiB together, above the bound of 900 KiB"},
		"relative path":      {"    files: {a/../b: {content: x}}\n", "must be an absolute path"},
		"two sources":        {"    files: {/a: {content: x, file: ./b}}\n", "only one of content, file, secret can be given, not content and file"},
		"env and secret":     {"    env: {A: x}\n    secrets: {A: {env: A}}\n", "app.yaml:8:18: A stands in env too"},
		"secret no source":   {"    secrets: {A: {}}\n", "one of env, file, secret is needed"},
		"secret no key":      {"    secrets: {A: {secret: x}}\n", "key is missing: which key of Secret x?"},
		"bad image":          {"  - {name: b, image: 'shop/Cart:9'}\n", `app.yaml:7:22: image "shop/Cart:9"`},
		"no image":           {"  - {name: b}\n", "app.yaml:7:5: image is missing"},
		"negative":           {"    replicas: -1\n", "replicas must be 0 or more, not -1"},
		"not a number":       {"    replicas: two\n", `replicas must be a whole number, not the text "two"`},
		"both":               {"    resources: {cpu: 1}\n    replicas: 2\n    autoscale: {max: 3}\n", "app.yaml:8:15: replicas and autoscale exclude each other"},
		"min above max":      {"    resources: {cpu: 1}\n    autoscale: {min: 4, max: 3}\n", "min, 4, is above max, 3"},
		"no max":             {"    resources: {cpu: 1}\n    autoscale: {min: 4}\n", "max is missing"},
		"nothing to scale":   {"    autoscale: {max: 3}\n", "give resources.cpu"},
		"probe no port":      {"    probes: {live: {http: /}}\n", "the component has no TCP port"},
		"probe path":         {"    ports: [{port: 80}]\n    probes: {live: {http: x}}\n", "must be a path that begins with /"},
		"probe both":         {"    ports: [{port: 80}]\n    probes: {live: {http: /, exec: [a]}}\n", "exec goes without http and port"},
		"probe span":         {"    ports: [{port: 80}]\n    probes: {live: {period: 1.5s}}\n", "no time span in whole seconds"},
		"job probes":         {"    job: {}\n    probes: {live: {exec: [a]}}\n", "probes make no sense here"},
		"job ports":          {"    job: {}\n    ports: [{port: 80}]\n", "ports make no sense here"},
		"job and cron":       {"    job: {}\n    cron: {schedule: '@daily'}\n", "job and cron exclude each other"},
		"empty job":          {"    job:\n", "app.yaml:7:9: nothing stands after the colon: write {}"},
		"cron fields":        {"    cron: {schedule: '* * *'}\n", "it has 3 fields; five are needed"},
		"cron value":         {"    cron: {schedule: '61 * * * *'}\n", `minute "61": it must be from 0 to 59`},
		"time zone":          {"    cron: {schedule: '@daily', timeZone: 'CET;'}\n", "must be a name such as Europe/Madrid"},
		"volume sources":     {"    volumes: [{name: a, path: /a}]\n", "one of claim, scratch, size is needed"},
		"volume twice":       {"    volumes: [{name: a, path: /a, scratch: true}, {name: a, path: /a, scratch: true}]\n", "the name a is there twice"},
		"volume of a job":    {"    job: {}\n    volumes: [{name: a, path: /a, size: 1Gi}]\n", "use an existing claim, or scratch"},
		"stuck rollout":      {"    strategy: {maxSurge: 0, maxUnavailable: 0%}\n", "no pod could ever be replaced"},
		"recreate limits":    {"    strategy: {type: recreate, maxSurge: 1}\n", "are for type rolling"},
		"init name":          {"    initContainers: [{name: main}]\n", "another container of this component is called main"},
		"node label":         {"    nodeSelector: {'a b': c}\n", "can't be used"},
		"toleration":         {"    tolerations: [{stay: 3s}]\n", "stay is for the effect NoExecute"},
		"host":               {"    ports: [{port: 80}]\ndomains: [{host: 'http://a'}]\n", "must be a host name only"},
		"host twice":         {"    ports: [{port: 80}]\ndomains: [{host: a.b}, {host: a.b, path: /}]\n", "the address a.b/ is there twice"},
		"domain nowhere":     {"domains: [{host: a.b}]\n", "a domain needs a component with a port"},
		"domain component":   {"domains: [{host: a.b, component: x}]\n", `there is no component "x"`},
		"unset variable":     {"    env:\n      A: ${nope}\n", "app.yaml:8:10: variable nope is not set: give --var nope=VALUE, or write ${nope:-DEFAULT}"},
		"open variable":      {"    env: {A: '${nope'}\n", "${ is not closed"},
		"pods name taken":    {"    volumes: [{name: a, path: /a, size: 1Gi}]\n  - {name: pods, image: b}\n", "cart-pods is the name of the Service"},
		"second document":    {"---\na: b\n", "only one document"},
		"control bytes":      {"    env: {A: \"\xff\xfe\"}\n", "UTF-8"},
	} {
		_, err := app.Parse([]byte(component(tt.fields)), app.ParseOptions{File: "app.yaml"})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !fault.Is(err, fault.Usage) {
			t.Errorf("%s: got %v\nwant a usage fault with %s", name, err, tt.want)
		}
	}
}

func TestParseTellsAllProblemsAtOnce(t *testing.T) {
	_, err := app.Parse([]byte("kind: App\nname: _\ncomponents:\n  - imagee: a:1\n    replicas: x\n    env: {A: '${b}'}\n"), app.ParseOptions{})
	var lines []int
	for _, p := range strictyaml.ProblemsOf(err) {
		lines = append(lines, p.Line)
	}
	if !reflect.DeepEqual(lines, []int{1, 2, 4, 5, 6}) {
		t.Errorf("problems on lines %v:\n%v", lines, err)
	}
}

func TestParseRefusesAliasBombs(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
		"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"
	if _, err := app.Parse([]byte(bomb), app.ParseOptions{}); err == nil || !strings.Contains(err.Error(), "alias") {
		t.Errorf("got %v", err)
	}
}

func TestVariablesNeverBecomeStructure(t *testing.T) {
	text := component("    env: {A: '${a}', B: 'x${b:-${y}', C: '$${a} $$a $(A) $', D: '${e:-}', E: '${empty:-full}'}\n")
	value := "x\n    replicas: 9\n  - image: evil:1 # ${a}"
	a, err := app.Parse([]byte(text), app.ParseOptions{Vars: map[string]string{"a": value, "empty": ""}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"A": value, "B": "x${y", "C": "${a} $$a $(A) $", "D": "", "E": "full"}
	if diff := cmp.Diff(want, a.Components[0].Env); diff != "" || len(a.Components) != 1 || a.Components[0].Replicas != nil {
		t.Errorf("env (-want +got):\n%s", diff)
	}
}

func TestUnquotedNumbersAreTextWhereTextIsMeant(t *testing.T) {
	a := parse(t, component("    env: {VERSION: 1.10, DEBUG: no}\n    resources: {cpu: 1}\n"))
	if got := a.Components[0]; got.Env["VERSION"] != "1.10" || got.Env["DEBUG"] != "no" || got.Resources.CPU != "1" {
		t.Errorf("got %+v", got)
	}
}

func TestYAMLRoundTrip(t *testing.T) {
	for _, file := range inputs(t) {
		a := parse(t, read(t, file))
		checkRoundTrip(t, a)
	}
	checkRoundTrip(t, parse(t, component("    job: {}\nnetworkPolicy: {}\n")))
	odd := []string{"", " ", "true", "No", "~", "1", "0x1f", "1e3", "1:20", "a: b", "a #b", "- a", "${a}", "$${a}", "$$${a}", "a\nb", "a\nb\n", "a\n\n", "\n", " a\nb", "a \n b\n", "a\r\nb", "\ttab\n", "é\u2028\ufeff\U0001F600\x01\x7f", `"quoted"`, "'", "*a", "&a", "!a", "@a", "`", "%a", "{a}", "[a]", "2026-01-01", "a:", "<<", "=", "---", "...", "---\na\n", "null", "x\u0085y"}
	for _, text := range odd {
		a := parse(t, component(""))
		a.Components[0].Env = map[string]string{"A": text}
		a.Components[0].Args = []string{text, "b"}
		a.Components[0].Files = map[string]app.File{"/" + strings.Map(letter, text) + "x": {Content: text}}
		checkRoundTrip(t, a)
	}
}

func letter(r rune) rune {
	if r < ' ' || strings.ContainsRune(":/.", r) {
		return '_'
	}
	return r
}

func checkRoundTrip(t *testing.T, a *app.App) {
	t.Helper()
	text, err := a.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := app.Parse(text, app.ParseOptions{})
	if err != nil {
		t.Errorf("%v in:\n%s", err, text)
		return
	}
	if diff := cmp.Diff(a, again); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, text)
	}
}

func TestYAMLRefusesWhatIsNotText(t *testing.T) {
	a := parse(t, component(""))
	a.Components[0].Args = []string{"\xff"}
	if _, err := a.YAML(); err == nil {
		t.Error("no error")
	}
}

// Whatever is read does not end in a panic, and what is accepted can be compiled, written, and read again.
func FuzzParse(f *testing.F) {
	for _, file := range inputs(f) {
		f.Add(read(f, file))
	}
	f.Add(component("    env: {A: '${a:-b}'}\n"))
	f.Fuzz(func(t *testing.T, text string) {
		a, err := app.Parse([]byte(text), app.ParseOptions{Vars: map[string]string{"a": "b"}})
		if err != nil {
			if !fault.Is(err, fault.Usage) {
				t.Fatalf("no usage fault: %v", err)
			}
			return
		}
		checkRoundTrip(t, a)
		o := options()
		o.ReadFile = func(string) ([]byte, error) { return nil, nil }
		o.Getenv = func(string) (string, bool) { return "", true }
		objects, err := app.Compile(a, o)
		if err != nil {
			t.Fatalf("accepted and not compiled: %v\n%s", err, text)
		}
		seen := map[app.Ref]bool{}
		for _, object := range objects {
			if seen[object.Ref] || len(object.Name) > 80 {
				t.Fatalf("%s is there twice, or too long", object.Ref)
			}
			seen[object.Ref] = true
		}
	})
}

// Any text survives being written to an App file and read again.
func FuzzText(f *testing.F) {
	f.Add("a\n b\n")
	f.Add("$${a}")
	f.Add(": #")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || len(text) > 1000 {
			return
		}
		a := parse(t, component(""))
		a.Components[0].Env = map[string]string{"A": text}
		a.Components[0].Args = []string{text, text}
		a.Components[0].Files = map[string]app.File{"/x": {Content: text}}
		checkRoundTrip(t, a)
	})
}

func TestVariablesStandForNumbersToo(t *testing.T) {
	file := "apiVersion: bcpaas.io/v1\nkind: App\nname: a\ncomponents:\n  - image: x:${tag}\n    replicas: ${n}\n    restricted: ${hard:-true}\n    env: {N: \"${n}\", NONE: '${null}'}\n"
	a, err := app.Parse([]byte(file), app.ParseOptions{Vars: map[string]string{"n": "3", "tag": "1.10", "null": "null"}})
	if err != nil {
		t.Fatal(err)
	}
	c := a.Components[0]
	if *c.Replicas != 3 || !c.Restricted || c.Image != "x:1.10" || c.Env["N"] != "3" || c.Env["NONE"] != "null" {
		t.Errorf("got %+v", c)
	}
	if _, err := app.Parse([]byte(file), app.ParseOptions{Vars: map[string]string{"n": "[1, 2]", "tag": "1", "null": "x"}}); err == nil {
		t.Error("structure in a variable was accepted for a number")
	}
}
