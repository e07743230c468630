package kube

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// tracer prints a line for each request. It prints no header and no body: they hold tokens and secrets.
type tracer struct {
	next http.RoundTripper
	to   io.Writer
}

func (t *tracer) RoundTrip(request *http.Request) (*http.Response, error) {
	start := time.Now()
	response, err := t.next.RoundTrip(request)
	outcome := "failed"
	if err == nil {
		outcome = fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode)) // not the server's own words
	}
	fmt.Fprintf(t.to, "%s %s: %s in %d ms\n", request.Method, request.URL.Redacted(), outcome, time.Since(start).Milliseconds())
	return response, err
}
