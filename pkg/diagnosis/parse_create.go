package diagnosis

import (
	"regexp"
	"strings"
)

// createFailure is why the API server refused a pod that a controller wanted to create.
type createFailure struct {
	Code Code
	Args map[string]string
}

var (
	reQuota      = lazy(`exceeded quota: (\S+), requested: (.+?), used: (.+?), limited: (.+)$`)
	reQuotaMust  = lazy(`failed quota: (\S+): must specify (.+)$`)
	reWebhook    = lazy(`(?s)admission webhook "([^"]+)" denied the request(?: without explanation|: (.*))?`)
	rePolicy     = lazy(`(?s)ValidatingAdmissionPolicy '([^']+)'(?: with binding '[^']+')? denied request: (.*)`)
	rePSA        = lazy(`(?s)violates PodSecurity "([^"]+)": (.*)`)
	reWebhookOff = lazy(`(?s)failed calling webhook "([^"]+)":? ?(?:failed to call webhook: )?(.*)`)
	reLimit      = lazy(`(?:maximum|minimum) \S+ usage per \w+ is [^.]+|\S+ max limit to request ratio per \w+ is .*`)
	reForbidden  = lazy(`(?s)is forbidden: (.*)`)
	reInvalid    = lazy(`(?s)is invalid: (.*)`)
)

// parseCreateError reads the message of a ReplicaFailure condition or a FailedCreate event.
func parseCreateError(message string) createFailure {
	text := strings.TrimSpace(message)
	if m := reQuota().FindStringSubmatch(oneLine(text)); m != nil {
		return quotaFailure(m)
	}
	if m := reQuotaMust().FindStringSubmatch(oneLine(text)); m != nil {
		return createFailure{QuotaUnspecified, map[string]string{"quota": m[1], "detail": clip(m[2], 160)}}
	}
	for _, by := range []struct {
		re   func() *regexp.Regexp
		code Code
		name string
	}{
		{reWebhook, AdmissionDenied, `webhook `},
		{rePolicy, AdmissionDenied, `policy `},
		{rePSA, AdmissionDenied, `pod security level `},
		{reWebhookOff, AdmissionUnreachable, ``},
	} {
		if m := by.re().FindStringSubmatch(text); m != nil {
			return createFailure{by.code, map[string]string{"by": by.name + m[1], "detail": clip(oneLine(m[2]), 300)}}
		}
	}
	if m := reLimit().FindString(oneLine(text)); m != "" {
		return createFailure{LimitRange, map[string]string{"detail": clip(strings.TrimRight(m, "]. "), 200)}}
	}
	if m := reForbidden().FindStringSubmatch(text); m != nil {
		return createFailure{ForbiddenCreate, map[string]string{"detail": clip(oneLine(m[1]), 300)}}
	}
	if m := reInvalid().FindStringSubmatch(text); m != nil {
		return createFailure{PodInvalid, map[string]string{"detail": clip(oneLine(m[1]), 300)}}
	}
	return createFailure{CreateFailed, map[string]string{"detail": clip(lastClause(text), 300)}}
}

// quotaFailure tells the resources that are over, each with what is asked, used and allowed: the server lists only those.
func quotaFailure(m []string) createFailure {
	requested, used, limited := quotaList(m[2]), quotaList(m[3]), quotaList(m[4])
	var names, asks, uses, limits []string
	for _, item := range requested {
		names = append(names, item[0])
		asks = append(asks, item[1])
		uses = append(uses, quotaValue(used, item[0]))
		limits = append(limits, quotaValue(limited, item[0]))
	}
	join := func(list []string) string { return clip(strings.Join(list, ", "), 160) }
	return createFailure{QuotaExceeded, map[string]string{
		"quota": m[1], "resource": join(names), "requested": join(asks), "used": join(uses), "limited": join(limits),
	}}
}

// quotaList reads "cpu=2,requests.memory=1Gi".
func quotaList(text string) [][2]string {
	var out [][2]string
	for _, item := range strings.Split(text, ",") {
		if name, value, found := strings.Cut(strings.TrimSpace(item), "="); found {
			out = append(out, [2]string{name, value})
		}
	}
	return out
}

func quotaValue(list [][2]string, name string) string {
	for _, item := range list {
		if item[0] == name {
			return item[1]
		}
	}
	return "?"
}
