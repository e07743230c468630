package app

import (
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
)

// quantity checks an amount. Of bytes, a fraction is refused: 128m of memory is an eighth of a byte, and 128M was meant.
func (c *checker) quantity(at, what, text string, bytes bool) (resource.Quantity, bool) {
	q, err := resource.ParseQuantity(text)
	example := "250m or 2"
	if bytes {
		example = "128Mi or 2Gi"
	}
	switch {
	case err != nil:
		c.add(at, "%s %q is no quantity such as %s", what, shorten(text), example)
	case q.Sign() <= 0:
		c.add(at, "%s must be more than nothing, not %s", what, shorten(text))
	case bytes && q.CmpInt64(1<<20) < 0:
		c.add(at, "%s %s is less than 1Mi: is the unit right? Write for instance %s", what, shorten(text), example)
	case !bytes && q.CmpInt64(4096) > 0:
		c.add(at, "%s %s is more than 4096 cores: is the unit right? Write for instance %s", what, shorten(text), example)
	default:
		return q, true
	}
	return q, false
}

func (c *checker) resources(r *Resources, at string) {
	if r == nil {
		return
	}
	limits := Limits{}
	if r.Limits != nil {
		limits = *r.Limits
	}
	c.bounded(at, "cpu", r.CPU, limits.CPU, false)
	c.bounded(at, "memory", r.Memory, limits.Memory, true)
}

func (c *checker) bounded(at, what, request, limit string, bytes bool) {
	var low, high resource.Quantity
	okLow, okHigh := false, false
	if request != "" {
		low, okLow = c.quantity(at+"."+what, what, request, bytes)
	}
	if limit != "" {
		high, okHigh = c.quantity(at+".limits."+what, "limit of "+what, limit, bytes)
	}
	if okLow && okHigh && low.Cmp(high) > 0 {
		c.add(at+".limits."+what, "the limit of %s, %s, is below the %s that are reserved", what, limit, request)
	}
}

func (c *checker) probes(m *Component, at string) {
	if m.Probes == nil {
		return
	}
	if !m.Serves() {
		c.add(at+".probes", "a job or cron is judged by its end: probes make no sense here")
		return
	}
	c.probe(m, m.Probes.Ready, at+".probes.ready")
	c.probe(m, m.Probes.Live, at+".probes.live")
	c.probe(m, m.Probes.Startup, at+".probes.startup")
}

func (c *checker) probe(m *Component, p *Probe, at string) {
	if p == nil {
		return
	}
	if p.Disabled {
		if p.HTTP != "" || p.Exec != nil || p.Port != 0 {
			c.add(at, "a disabled probe asks nothing: remove the rest, or disabled")
		}
		return
	}
	c.span(at+".delay", "delay", p.Delay, 0)
	c.span(at+".period", "period", p.Period, 1)
	c.span(at+".timeout", "timeout", p.Timeout, 1)
	if p.Failures < 0 {
		c.add(at+".failures", "failures must be 1 or more, not %d", p.Failures)
	}
	if len(p.Exec) > 0 {
		if p.HTTP != "" || p.Port != 0 {
			c.add(at, "exec goes without http and port")
		}
		return
	}
	if p.HTTP != "" && !strings.HasPrefix(p.HTTP, "/") {
		c.add(at+".http", "http %q must be a path that begins with /", shorten(p.HTTP))
	}
	switch {
	case p.Port < 0 || p.Port > 65535:
		c.add(at+".port", "port must be from 1 to 65535, not %d", p.Port)
	case p.Port == 0 && m.firstTCP() == nil:
		c.add(at, "the component has no TCP port: say which one in port, or use exec")
	}
}

func (m *Component) firstTCP() *Port {
	for i := range m.Ports {
		if m.Ports[i].protocol() == "TCP" {
			return &m.Ports[i]
		}
	}
	return nil
}

// span checks a time span of at least so many seconds, when one is given.
func (c *checker) span(at, what, text string, least int) {
	if text == "" {
		return
	}
	n, err := seconds(text)
	switch {
	case err != nil:
		c.add(at, "%s: %s", what, err)
	case n < least:
		c.add(at, "%s must be at least %ds, not %s", what, least, text)
	}
}

func (c *checker) scaling(m *Component, at string) {
	if n := m.MinReady; n != nil {
		switch {
		case !m.Serves():
			c.add(at+".minReady", "a job or cron is never ready: minReady makes no sense here")
		case *n < 0 || *n > 3600:
			c.add(at+".minReady", "minReady must be from 0 to 3600 seconds, not %d", *n)
		}
	}
	if m.Replicas != nil {
		switch {
		case !m.Serves():
			c.add(at+".replicas", "a job or cron runs one pod: replicas makes no sense here")
		case *m.Replicas < 0 || *m.Replicas > 1<<31-1:
			c.add(at+".replicas", "replicas must be 0 or more, not %d", *m.Replicas)
		case m.Autoscale != nil:
			c.add(at+".replicas", "replicas and autoscale exclude each other: give one of them")
		}
	}
	s := m.Autoscale
	if s == nil {
		return
	}
	at += ".autoscale"
	if !m.Serves() {
		c.add(at, "a job or cron runs one pod: autoscale makes no sense here")
		return
	}
	if s.Min < 0 {
		c.add(at+".min", "min must be 1 or more, not %d", s.Min)
	}
	switch {
	case s.Max == 0:
		c.add(at+".max", "max is missing: the most pods there may be")
	case s.Max < 1 || s.Max > 1<<31-1:
		c.add(at+".max", "max must be 1 or more, not %d", s.Max)
	case s.Min > s.Max:
		c.add(at+".min", "min, %d, is above max, %d", s.Min, s.Max)
	}
	r := m.Resources
	c.target(at, "cpu", s.cpu(), r != nil && (r.CPU != "" || r.Limits != nil && r.Limits.CPU != ""))
	c.target(at, "memory", s.Memory, r != nil && (r.Memory != "" || r.Limits != nil && r.Limits.Memory != ""))
}

// cpu is the target percentage with its default.
func (s *Autoscale) cpu() int {
	if s.CPU == 0 && s.Memory == 0 {
		return 80
	}
	return s.CPU
}

func (c *checker) target(at, what string, percent int, reserved bool) {
	switch {
	case percent == 0:
	case percent < 0 || percent > 1<<31-1:
		c.add(at+"."+what, "%s must be a percentage from 1 on, not %d", what, percent)
	case !reserved:
		c.add(at, "scaling by %s is a percentage of what is reserved: give resources.%s", what, what)
	}
}

func (c *checker) strategy(m *Component, at string) {
	s := m.Strategy
	if s == nil {
		return
	}
	at += ".strategy"
	c.oneOf(at+".type", "type", s.Type, "rolling", "recreate")
	switch {
	case !m.Serves():
		c.add(at, "a job or cron replaces no pods: strategy makes no sense here")
	case s.Type == "recreate" && (s.MaxSurge != "" || s.MaxUnavailable != ""):
		c.add(at, "maxSurge and maxUnavailable are for type rolling")
	case s.Type == "recreate" && m.Stateful():
		c.add(at+".type", "a component with volumes of its own replaces its pods one by one: recreate is not possible")
	case m.Stateful() && s.MaxSurge != "":
		c.add(at+".maxSurge", "a component with volumes of its own can't have pods above the wanted number")
	}
	surge := c.share(at+".maxSurge", "maxSurge", s.MaxSurge)
	unavailable := c.share(at+".maxUnavailable", "maxUnavailable", s.MaxUnavailable)
	if surge == 0 && unavailable == 0 {
		c.add(at, "with maxSurge and maxUnavailable both 0 no pod could ever be replaced")
	}
	if m.Stateful() && unavailable == 0 {
		c.add(at+".maxUnavailable", "with maxUnavailable 0 no pod could ever be replaced")
	}
}

// share checks a number of pods or a percentage. The answer is the number, or -1 when none is given or it is wrong.
func (c *checker) share(at, what, text string) int {
	if text == "" {
		return -1
	}
	digits, percent := strings.CutSuffix(text, "%")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || percent && n > 100 {
		c.add(at, "%s %q must be a number of pods or a percentage such as 25%%", what, shorten(text))
		return -1
	}
	return int(n)
}

func (c *checker) placement(m *Component, at string) {
	for _, key := range sortedKeys(m.NodeSelector) {
		at := join(at+".nodeSelector", key)
		c.reasons(at, key, validation.IsQualifiedName(key))
		c.reasons(at, m.NodeSelector[key], validation.IsValidLabelValue(m.NodeSelector[key]))
	}
	for i, t := range m.Tolerations {
		at := index(at+".tolerations", i)
		if t.Key != "" {
			c.reasons(at+".key", t.Key, validation.IsQualifiedName(t.Key))
		} else if t.Value != "" {
			c.add(at+".value", "value needs key")
		}
		c.reasons(at+".value", t.Value, validation.IsValidLabelValue(t.Value))
		c.oneOf(at+".effect", "effect", t.Effect, "NoSchedule", "PreferNoSchedule", "NoExecute")
		c.span(at+".stay", "stay", t.Stay, 0)
		if t.Stay != "" && t.Effect != "NoExecute" {
			c.add(at+".stay", "stay is for the effect NoExecute")
		}
	}
	if m.ServiceAccount != "" {
		c.reasons(at+".serviceAccount", m.ServiceAccount, validation.IsDNS1123Subdomain(m.ServiceAccount))
	}
	for i, name := range m.PullSecrets {
		c.reasons(index(at+".pullSecrets", i), name, validation.IsDNS1123Subdomain(name))
	}
}

func (c *checker) runs(m *Component, at string) {
	if m.Job != nil && m.Cron != nil {
		c.add(at+".cron", "job and cron exclude each other: give one of them")
	}
	if m.Job != nil {
		c.retries(at+".job", m.Job.Retries, m.Job.Timeout)
	}
	if m.Cron == nil {
		return
	}
	at += ".cron"
	if m.Cron.Schedule == "" {
		c.add(at+".schedule", "schedule is missing, such as \"0 3 * * *\" for three o'clock every night")
	} else if err := checkSchedule(m.Cron.Schedule); err != nil {
		c.add(at+".schedule", "schedule %q: %s", shorten(m.Cron.Schedule), err)
	}
	if zone := m.Cron.TimeZone; zone != "" && (zone == "Local" || strings.ContainsFunc(zone, func(r rune) bool { return !isAlnum(r) && !strings.ContainsRune("/_+-", r) })) {
		c.add(at+".timeZone", "time zone %q must be a name such as Europe/Madrid or Etc/UTC", shorten(zone))
	}
	c.oneOf(at+".overlap", "overlap", m.Cron.Overlap, "forbid", "allow", "replace")
	c.retries(at, m.Cron.Retries, m.Cron.Timeout)
}

func (c *checker) retries(at string, retries int, timeout string) {
	if retries < 0 || retries > 1000 {
		c.add(at+".retries", "retries must be from 0 to 1000, not %d", retries)
	}
	c.span(at+".timeout", "timeout", timeout, 1)
}
