package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

// app is the running server.
type app struct {
	mu       sync.Mutex
	settings settings
	out      io.Writer
	begin    time.Time // when it began to listen
	ballast  []byte
	timer    *time.Timer
	exit     chan int
	requests map[string]int // by path and code
	lines    int
}

func newApp(s settings, out io.Writer) *app {
	return &app{settings: s, out: out, exit: make(chan int, 1), requests: map[string]int{}}
}

func (a *app) get() settings {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settings
}

func (a *app) started() {
	a.mu.Lock()
	a.begin = time.Now()
	a.mu.Unlock()
	a.log("info", "listening", "address", a.get().listen)
}

// apply brings about what the settings say: memory is taken or given back, the end is set or called off.
func (a *app) apply() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if want := int(a.settings.memory); want != len(a.ballast) {
		a.ballast = make([]byte, want)
		for i := 0; i < want; i += 4096 {
			a.ballast[i] = 1 // untouched pages would cost nothing
		}
	}
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if code := a.settings.exitCode; code >= 0 {
		a.timer = time.AfterFunc(a.settings.exitAfter, func() {
			select {
			case a.exit <- code:
			default: // it ends already
			}
		})
	}
}

// log prints one line of JSON: time, level, msg, and pairs.
func (a *app) log(level, message string, pairs ...string) {
	line := map[string]string{"time": time.Now().UTC().Format(time.RFC3339Nano), "level": level, "msg": message}
	for i := 0; i+1 < len(pairs); i += 2 {
		line[pairs[i]] = pairs[i+1]
	}
	data, err := json.Marshal(line)
	if err != nil {
		return // strings always marshal
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines++
	fmt.Fprintf(a.out, "%s\n", data)
}

// chatter prints lines at the chosen rate.
func (a *app) chatter(ctx context.Context) {
	const tick = 20 * time.Millisecond
	due := 0.0
	for n := 0; sleep(ctx, tick); {
		s := a.get()
		for due += s.logRate * tick.Seconds(); due >= 1; due-- {
			n++
			a.log(s.logLevel, "working", "n", fmt.Sprint(n), "version", version)
		}
	}
}

func (a *app) lastWords(code int) {
	a.log("error", "ending as asked", "code", fmt.Sprint(code))
	for _, line := range strings.Split(a.get().exitLines, "|") {
		if line != "" {
			fmt.Fprintln(a.out, line)
		}
	}
}

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.root)
	mux.HandleFunc("GET /healthz", a.probe("alive", func(s settings) string { return s.unhealthy }))
	mux.HandleFunc("GET /readyz", a.probe("ready", a.whyUnready))
	mux.HandleFunc("GET /metrics", a.metrics)
	mux.HandleFunc("GET /config", a.config)
	mux.HandleFunc("GET /env", a.environment)
	mux.HandleFunc("POST /set", a.set)
	mux.HandleFunc("POST /exit", a.end)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &counter{ResponseWriter: w, code: http.StatusOK}
		if s := a.get(); r.URL.Path == "/healthz" || r.URL.Path == "/readyz" {
			sleep(r.Context(), s.slowProbes)
		} else if r.Method == http.MethodGet {
			sleep(r.Context(), s.slow)
		}
		mux.ServeHTTP(counted, r)
		_, pattern := mux.Handler(r)
		a.mu.Lock()
		a.requests[fmt.Sprintf("path=%q,code=\"%d\"", strings.TrimPrefix(strings.TrimSuffix(pattern, "{$}"), r.Method+" "), counted.code)]++
		a.mu.Unlock()
	})
}

// counter remembers the answer's code.
type counter struct {
	http.ResponseWriter
	code int
}

func (c *counter) WriteHeader(code int) {
	c.code = code
	c.ResponseWriter.WriteHeader(code)
}

func (a *app) root(w http.ResponseWriter, _ *http.Request) {
	host, _ := os.Hostname() // empty is an answer too
	fmt.Fprintf(w, "%s from demo %s on %s\n", a.get().greeting, version, host)
}

func (a *app) whyUnready(s settings) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if left := s.readyAfter - time.Since(a.begin); left > 0 {
		return fmt.Sprintf("warming up, %s left", left.Round(time.Second))
	}
	return s.unready
}

func (a *app) probe(good string, why func(settings) string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if reason := why(a.get()); reason != "" {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintf(w, "not %s: %s\n", good, reason)
			return
		}
		fmt.Fprintln(w, good)
	}
}

func (a *app) config(w http.ResponseWriter, _ *http.Request) {
	file := a.get().config
	data, err := os.ReadFile(file)
	if err != nil {
		http.Error(w, "no config file: "+err.Error(), http.StatusNotFound)
		return
	}
	sum := sha256.Sum256(data)
	fmt.Fprintln(w, hex.EncodeToString(sum[:]))
}

// environment tells names only: values may be secrets.
func (a *app) environment(w http.ResponseWriter, _ *http.Request) {
	var names []string
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintln(w, strings.Join(names, "\n"))
}

func (a *app) set(w http.ResponseWriter, r *http.Request) {
	next, err := a.get().with(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	a.settings = next
	a.mu.Unlock()
	a.apply()
	a.log("info", "switches changed", "query", r.URL.RawQuery)
	fmt.Fprintln(w, "done")
}

func (a *app) end(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	changes := map[string][]string{"exit-code": {"1"}}
	for name, flag := range map[string]string{"code": "exit-code", "after": "exit-after", "lines": "exit-lines"} {
		if query.Has(name) {
			changes[flag] = query[name]
		}
	}
	next, err := a.get().with(changes)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	a.settings = next
	a.mu.Unlock()
	fmt.Fprintln(w, "ending")
	a.apply()
}

func (a *app) metrics(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprintf(w, "# TYPE demo_info gauge\ndemo_info{version=%q} 1\n", version)
	fmt.Fprintf(w, "# TYPE demo_memory_bytes gauge\ndemo_memory_bytes %d\n", len(a.ballast))
	fmt.Fprintf(w, "# TYPE demo_log_lines_total counter\ndemo_log_lines_total %d\n", a.lines)
	fmt.Fprintf(w, "# TYPE demo_http_requests_total counter\n")
	labels := make([]string, 0, len(a.requests))
	for label := range a.requests {
		labels = append(labels, label)
	}
	sort.Strings(labels)
	for _, label := range labels {
		fmt.Fprintf(w, "demo_http_requests_total{%s} %d\n", label, a.requests[label])
	}
}
