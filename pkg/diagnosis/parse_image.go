package diagnosis

import (
	"strings"
)

// imageFailure is what the text of a failed pull says.
type imageFailure struct {
	Code   Code   // empty when the text tells nothing
	Detail string // the telling end of the text
}

// The texts of containerd, CRI-O and docker, in the order in which they are looked for: a refusal may also speak of a
// repository that "does not exist", and a name server that does not know the host says "not found" in no words of its own.
func imageTexts() []struct {
	code  Code
	texts []string
} {
	return []struct {
		code  Code
		texts []string
	}{
		{ImageNameInvalid, []string{"invalid reference format", "couldn't parse image", "failed to parse image name", "must be lowercase"}},
		{ImageAccessDenied, []string{
			"pull access denied", "401 unauthorized", "403 forbidden", "authorization failed", "authentication required",
			"no basic auth credentials", "requested access to the resource is denied", "unauthorized: ", "denied: ",
			"insufficient_scope", "invalid username/password", "status code 401", "status code 403", "status: 401", "status: 403",
			"access forbidden", "failed to fetch oauth token: unexpected status: 401", "incorrect username or password",
		}},
		{ImagePlatformMissing, []string{"no match for platform", "no matching manifest for", "no image found in manifest list for architecture", "no image found in image index for architecture"}},
		{ImagePullTimeout, []string{
			"i/o timeout", "context deadline exceeded", "tls handshake timeout", "client.timeout exceeded", "timeout exceeded while awaiting",
			"deadlineexceeded", "operation timed out", "connection timed out", "context canceled", "pull progress",
		}},
		{RegistryUnreachable, []string{
			"connection refused", "no such host", "no route to host", "network is unreachable", "connection reset", "server misbehaving",
			"x509:", "tls: ", "certificate", "server gave http response to https client", "proxyconnect",
			"500 internal server error", "502 bad gateway", "503 service unavailable", "504 gateway", "429 too many requests", "toomanyrequests",
			"registryunavailable", "registry is unavailable", "unexpected eof", ": eof", "broken pipe", "malformed http response",
			"code = unavailable", "status code 500", "status code 502", "status code 503", "temporary failure in name resolution",
			"transport: ", "goaway",
		}},
		{ImageNotFound, []string{
			": not found", "code = notfound", "manifest unknown", "name unknown", "404 not found", "does not exist", "not found: manifest",
			"manifest_unknown", "name_unknown", "repository not found", "status code 404", "image not known", "no such image",
		}},
	}
}

var (
	reURL         = lazy(`https?://[^\s"]+`)
	reBackOff     = lazy(`^Back-off pulling image "[^"]*"(?:: )?`)
	rePullPrefix  = lazy(`^(?:Error: )?(?:Failed to pull image "[^"]*": )?(?:ErrImagePull: )?`)
	reImageInText = lazy(`"[^"\s]*[/:@][^"\s]*"`)
)

// parseImageError reads the message of a waiting container (ErrImagePull, ImagePullBackOff) or of a Failed event.
// Names are taken out first: an image may be called "denied:" or "x509".
func parseImageError(message, image string) imageFailure {
	text := reBackOff().ReplaceAllString(strings.TrimSpace(message), "")
	text = rePullPrefix().ReplaceAllString(text, "")
	if text == "" || text == "ErrImagePull" || text == "ImagePullBackOff" {
		return imageFailure{}
	}
	bare := reImageInText().ReplaceAllString(reURL().ReplaceAllString(text, ""), "")
	if image != "" {
		bare = strings.ReplaceAll(bare, image, "")
	}
	bare = strings.ToLower(bare)
	for _, row := range imageTexts() {
		for _, known := range row.texts {
			if strings.Contains(bare, known) {
				return imageFailure{Code: row.code, Detail: lastClause(text)}
			}
		}
	}
	return imageFailure{Code: ImagePullFailed, Detail: lastClause(text)}
}

// lastClause is the end of a chain "a: b: c" that still makes sense by itself: the last links, up to some 90 bytes.
func lastClause(text string) string {
	text = oneLine(text)
	parts := strings.Split(text, ": ")
	tail := parts[len(parts)-1]
	for i := len(parts) - 2; i >= 0; i-- {
		if len(parts[i])+len(tail)+2 > 90 {
			break
		}
		tail = parts[i] + ": " + tail
	}
	return clip(tail, 240)
}

// registryOf is the host of an image name by the rule of the reference grammar: a first part with a dot, a colon, or
// "localhost" is a host; else it is Docker Hub.
func registryOf(image string) string {
	host, _, found := strings.Cut(image, "/")
	if found && (strings.ContainsAny(host, ".:") || host == "localhost") {
		return host
	}
	return "docker.io"
}

// repositoryOf is the image name without host, tag and digest.
func repositoryOf(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if host := registryOf(image); strings.HasPrefix(image, host+"/") {
		image = image[len(host)+1:]
	}
	if colon := strings.LastIndex(image, ":"); colon > strings.LastIndex(image, "/") {
		image = image[:colon]
	}
	return image
}
