package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseTakesFlagsOverEnvironment(t *testing.T) {
	env := map[string]string{"DEMO_GREETING": "from env", "DEMO_EXIT_CODE": "4", "DEMO_MEMORY": "2Mi"}
	s, err := parse([]string{"--greeting", "from flag", "--slow=2s"}, func(name string) string { return env[name] })
	if err != nil || s.greeting != "from flag" || s.exitCode != 4 || s.memory != 2<<20 || s.slow != 2*time.Second {
		t.Errorf("parse = %+v, %v", s, err)
	}
	for _, bad := range [][]string{{"--nope"}, {"stray"}, {"--memory", "much"}} {
		if _, err := parse(bad, func(string) string { return "" }); err == nil {
			t.Errorf("parse(%q) succeeds", bad)
		}
	}
}

func ask(t *testing.T, a *app, method, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	a.handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func newTestApp(t *testing.T, out *bytes.Buffer, args ...string) *app {
	t.Helper()
	s, err := parse(args, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(s, out)
	a.started()
	a.apply()
	return a
}

func TestSwitchesOverHTTP(t *testing.T) {
	config := filepath.Join(t.TempDir(), "c")
	if err := os.WriteFile(config, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := newTestApp(t, new(bytes.Buffer), "--config", config)
	for _, step := range []struct {
		method, path string
		code         int
		says         string
	}{
		{"GET", "/healthz", 200, "alive"},
		{"GET", "/readyz", 200, "ready"},
		{"POST", "/set?unready=database+is+away&memory=1Mi", 200, "done"},
		{"GET", "/readyz", 503, "not ready: database is away"},
		{"GET", "/metrics", 200, "demo_memory_bytes 1048576"},
		{"POST", "/set?unready=", 200, "done"},
		{"GET", "/readyz", 200, "ready"},
		{"POST", "/set?nope=1", 400, "no such flag"},
		{"GET", "/config", 200, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
		{"GET", "/none", 404, ""},
		{"GET", "/metrics", 200, `demo_http_requests_total{path="/readyz",code="503"} 1`},
	} {
		if code, body := ask(t, a, step.method, step.path); code != step.code || !strings.Contains(body, step.says) {
			t.Errorf("%s %s: %d %q, want %d %q", step.method, step.path, code, body, step.code, step.says)
		}
	}
	if a.get().config != config {
		t.Error("a change of one switch reset another")
	}
}

func TestExit(t *testing.T) {
	var out bytes.Buffer
	a := newTestApp(t, &out)
	if code, _ := ask(t, a, http.MethodPost, "/exit?code=42&lines=one|two"); code != 200 {
		t.Fatalf("exit: %d", code)
	}
	select {
	case code := <-a.exit:
		a.lastWords(code)
		if code != 42 || !strings.HasSuffix(out.String(), "one\ntwo\n") {
			t.Errorf("ended with %d, said %q", code, out.String())
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it does not end")
	}
}

func TestLogLinesAreJSON(t *testing.T) {
	var out bytes.Buffer
	newTestApp(t, &out).log("warn", "a \"quoted\"\nmessage", "k", "v")
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %q", line)
		}
	}
}
