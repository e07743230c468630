package kube

import (
	"net/http"
	"sync/atomic"
	"time"
)

// transport bounds the requests under way and learns the server's time from its answers.
type transport struct {
	next  http.RoundTripper
	gate  chan struct{}
	clock *clock
}

// RoundTrip holds a place in the gate until the answer's headers are there: a watch or a log that flows for hours must
// not keep others out, and by then the server has done the costly part of a list.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	select {
	case t.gate <- struct{}{}:
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
	defer func() { <-t.gate }()
	response, err := t.next.RoundTrip(request)
	if err == nil {
		t.clock.learn(response.Header.Get("Date"), time.Now())
	}
	return response, err
}

// clock is the server's clock: ours plus the difference last seen.
type clock struct{ ahead atomic.Int64 }

// skewThatCounts is what the Date header (whole seconds) and a slow answer can't explain.
const skewThatCounts = 2 * time.Second

func (c *clock) learn(date string, now time.Time) {
	server, err := http.ParseTime(date)
	if err != nil {
		return
	}
	ahead := server.Sub(now)
	if ahead.Abs() < skewThatCounts {
		ahead = 0
	}
	c.ahead.Store(int64(ahead))
}

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// promptly gives up on a request as soon as its context ends. client-go runs credential plugins in front of our transport
// without a context: without this a Ctrl-C, or the budget of a completion, would wait for the plugin.
type promptly struct{ next http.RoundTripper }

func (p promptly) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	type answer struct {
		response *http.Response
		err      error
	}
	answered := make(chan answer, 1)
	go func() {
		response, err := p.next.RoundTrip(request)
		answered <- answer{response, err}
	}()
	select {
	case got := <-answered:
		return got.response, got.err
	case <-ctx.Done():
		go func() { // whoever asked is gone: what still comes is thrown away
			if got := <-answered; got.err == nil {
				got.response.Body.Close()
			}
		}()
		return nil, ctx.Err()
	}
}
