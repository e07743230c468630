// Command demo is the app that the lab deploys: an HTTP server that does what a test asks of it. Every switch can be given as
// a flag, as an environment variable (DEMO_ and the flag's name in capitals), and changed while it runs by POST /set?name=value.
//
//	GET  /          its version, host and greeting       GET /healthz   alive
//	GET  /readyz    ready, or 503 and why not            GET /metrics   Prometheus text
//	GET  /config    the config file's hash               GET /env       the names of its environment variables
//	POST /set?...   change switches                      POST /exit?code=3&after=2s
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the linker: demo:1 and demo:2 are the same program of two versions.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, getenv func(string) string) int {
	s, err := parse(args, getenv)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		return 2
	}
	a := newApp(s, os.Stdout)
	a.log("info", "starting", "version", version, "startDelay", s.startDelay.String())
	if s.require != "" {
		if _, err := os.Stat(s.require); err != nil {
			a.log("error", "a file it needs is missing", "file", s.require, "error", err.Error())
			return 3
		}
	}
	if !sleep(ctx, s.startDelay) {
		return 0
	}
	server := &http.Server{Addr: s.listen, Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	go a.chatter(ctx)
	a.started()
	a.apply()
	select {
	case err := <-ended:
		a.log("error", "listening failed", "error", err.Error())
		return 1
	case code := <-a.exit:
		a.lastWords(code)
		return code
	case <-ctx.Done():
		a.log("info", "asked to end", "grace", a.get().stopDelay.String())
		time.Sleep(a.get().stopDelay)
		shutdown, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(shutdown); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return 1
		}
		return 0
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
