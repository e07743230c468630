package diagnosis

import (
	"strings"
)

// probeAnswer is what an Unhealthy event tells.
type probeAnswer struct {
	Probe  string // "readiness", "liveness", "startup"
	Answer string // "HTTP probe failed with statuscode: 503"
}

var (
	reProbe = lazy(`(?s)^(Readiness|Liveness|Startup) probe (?:failed|errored[^:]*|warning): ?(.*)$`)
	reKill  = lazy(`^Container (\S+) failed (liveness|startup) probe, will be restarted`)
)

// parseProbe reads the message of an Unhealthy event.
func parseProbe(message string) (probeAnswer, bool) {
	m := reProbe().FindStringSubmatch(strings.TrimSpace(message))
	if m == nil {
		return probeAnswer{}, false
	}
	answer := clip(oneLine(m[2]), 240)
	if answer == "" {
		answer = "no output"
	}
	return probeAnswer{Probe: strings.ToLower(m[1]), Answer: answer}, true
}

// parseProbeKill reads the message of a Killing event: the container and the probe for which the kubelet ended it.
func parseProbeKill(message string) (container, probe string, ok bool) {
	m := reKill().FindStringSubmatch(strings.TrimSpace(message))
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}
