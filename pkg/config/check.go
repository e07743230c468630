package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// checkEdit looks at the result of an edit before it is written. Problems are told without line numbers: they would be those
// of a file that nobody sees.
func checkEdit(edited []byte, file, path string, old oldState) error {
	document, err := strictyaml.Parse(edited, strictyaml.Options{File: file, MaxBytes: maxBytes, Unknown: secretMessage})
	if err != nil {
		return err
	}
	result := &File{Path: file, document: document}
	found := strictyaml.ProblemsOf(document.Decode(&result.Config))
	var messages []string
	for _, p := range append(found, check(result)...) {
		if !slices.ContainsFunc(old.problems, func(before strictyaml.Problem) bool { return before.Path == p.Path && before.Message == p.Message }) {
			messages = append(messages, p.Message)
		}
	}
	if len(messages) > 0 {
		return errors.New(strings.Join(messages, "; "))
	}
	return onlyThere(&old.config, &result.Config, path)
}

// onlyThere guards against the YAML library: whatever it makes of an odd file, no setting but the one at path may change.
func onlyThere(before, after *Config, path string) error {
	left, right := leaves(before), leaves(after)
	for _, key := range append(sortedKeys(left), sortedKeys(right)...) {
		meant := key == path || strings.HasPrefix(key, path+".") || key == "currentProfile" || key == "apiVersion" || key == "kind"
		if left[key] != right[key] && !meant {
			return fmt.Errorf("%s would change too: change the file with an editor", key)
		}
	}
	return nil
}

func leaves(config *Config) map[string]string {
	all := map[string]string{}
	eachLeaf(config, func(path string, value any) { all[path] = fmt.Sprintf("%q", text(value)) })
	return all
}
