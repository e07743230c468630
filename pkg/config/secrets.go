package config

import (
	"fmt"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// secretMessage answers a key that would hold a secret with what to write in its place, and other keys not at all.
func secretMessage(path, key string) string {
	if !isSecret(key) {
		return ""
	}
	const reason = "secrets are not kept in the config: "
	steps, err := strictyaml.SplitPath(path)
	if err != nil || len(steps) == 0 {
		return reason + "keep them in a file or behind a command"
	}
	var known []string
	if parent, err := schemaAt(steps[:len(steps)-1]); err == nil {
		known = parent.fields()
	}
	for _, field := range known {
		name, isCommand := strings.CutSuffix(field, "Command")
		if isCommand {
			return fmt.Sprintf("%suse %sFile or %sCommand", reason, name, name)
		}
	}
	return reason + "keep them in a file or behind a command"
}

// isSecret goes by the end of the key: bindPassword, api_token and clientSecret are secrets, passwordFile is none.
func isSecret(key string) bool {
	key = strings.ToLower(key)
	for _, word := range []string{"password", "passwd", "passphrase", "token", "secret", "apikey", "api_key", "privatekey", "credentials"} {
		if strings.HasSuffix(key, word) {
			return true
		}
	}
	return false
}

// commands are the paths of the commands in the config.
func (c *Config) commands() []string {
	var found []string
	eachLeaf(c, func(path string, value any) {
		if _, ok := value.(Command); ok {
			found = append(found, path)
		}
	})
	return found
}
