package diagnosis

import (
	"strings"
)

// missingConfig is a ConfigMap or Secret, or a key of it, that a text says is missing.
type missingConfig struct {
	Kind, Name, Key string
	Volume          string // for a mount
}

var (
	reObjectMissing = lazy(`(?i)\b(secret|configmap)s? "([^"]+)" not found`)
	reKeyMissing    = lazy(`couldn't find key (\S+) in (Secret|ConfigMap) ([^/\s]*)/(\S+)`)
	reVolumeKey     = lazy(`references non-existent (secret|config) key: ([^\s,\]]+)`)
	reVolume        = lazy(`(?:MountVolume\.\w+|AttachVolume\.\w+|MapVolume\.\w+) failed for volume "([^"]+)"`)
)

// parseMissingConfig reads a CreateContainerConfigError message or a FailedMount event.
func parseMissingConfig(message string) (missingConfig, bool) {
	volume := parseVolume(message)
	if m := reKeyMissing().FindStringSubmatch(message); m != nil {
		return missingConfig{Kind: m[2], Name: strings.TrimRight(m[4], ".,"), Key: m[1], Volume: volume}, true
	}
	if m := reObjectMissing().FindStringSubmatch(message); m != nil {
		return missingConfig{Kind: configKind(m[1]), Name: m[2], Volume: volume}, true
	}
	if m := reVolumeKey().FindStringSubmatch(message); m != nil {
		kind := "Secret"
		if m[1] == "config" {
			kind = "ConfigMap"
		}
		return missingConfig{Kind: kind, Key: m[2], Volume: volume}, true
	}
	return missingConfig{}, false
}

// parseVolume is the volume that a FailedMount event names.
func parseVolume(message string) string {
	if m := reVolume().FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}

func configKind(word string) string {
	if strings.EqualFold(word, "configmap") {
		return "ConfigMap"
	}
	return "Secret"
}
