package app

import (
	"reflect"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/strictyaml"
)

// ParseOptions say how an App file is read.
type ParseOptions struct {
	File string            // named in messages; may be empty
	Vars map[string]string // values for ${name} in the file's texts
}

// Parse reads an App file (YAML or JSON) and checks it by all rules that need nothing else. In each text ${name} and
// ${name:-default} are replaced and $${ becomes ${; keys and numbers are taken as they are. The error is a fault.Usage
// that wraps strictyaml.Problems: all problems at once, each with line and column.
func Parse(data []byte, o ParseOptions) (*App, error) {
	document, err := strictyaml.Parse(data, strictyaml.Options{File: o.File, Unknown: explainUnknown})
	if err != nil {
		return nil, err
	}
	var a App
	document.RewriteScalars(func(text string) (string, bool) { return plainVariable(text, o.Vars) })
	decoding := document.Decode(&a)
	problems := strictyaml.ProblemsOf(decoding)
	if decoding != nil && (problems == nil || document.Empty()) {
		return nil, decoding
	}
	for i := range problems {
		if strings.Contains(problems[i].Path, ".env.") && strings.Contains(problems[i].Message, "mapping") {
			problems[i].Message += "; values of Secrets stand under secrets, beside env"
		}
	}
	told := tellOnce(problems)
	add := func(path, message string) {
		if !told(path) {
			problems = append(problems, document.Problem(path, "%s", message))
		}
	}
	for _, path := range emptySections(document) {
		add(path, "nothing stands after the colon: write {} for the defaults, or remove the line")
	}
	unexpanded := map[string]bool{}
	expandAll(reflect.ValueOf(&a), "", o.Vars, func(path string, err error) {
		unexpanded[path] = true
		add(path, err.Error())
	})
	for _, p := range validate(&a) {
		if !unexpanded[p.path] {
			add(p.path, p.message)
		}
	}
	if err := problems.Fault(); err != nil {
		return nil, err
	}
	return &a, nil
}

// tellOnce answers whether something is wrong with a field already, itself or under a misspelt name, so that a wrong value
// is not also called a missing one.
func tellOnce(problems strictyaml.Problems) func(path string) bool {
	told := map[string]bool{}
	for _, p := range problems {
		told[p.Path] = true
		if p.Nearest == "" {
			continue
		}
		above := ""
		if dot := strings.LastIndexByte(p.Path, '.'); dot >= 0 {
			above = p.Path[:dot]
		}
		told[join(above, p.Nearest)] = true
	}
	return func(path string) bool { return told[path] }
}

// emptySections finds the sections that mean something by being there, and have nothing after their colon: the decoder
// takes that for absence, and a job would silently become a service.
func emptySections(document *strictyaml.Document) []string {
	var tree map[string]any
	if document.Decode(&tree) != nil {
		return nil // told already
	}
	var found []string
	check := func(fields map[string]any, path string, names ...string) {
		for _, name := range names {
			if value, there := fields[name]; there && value == nil {
				found = append(found, join(path, name))
			}
		}
	}
	check(tree, "", "networkPolicy")
	components, _ := tree["components"].([]any)
	for i, component := range components {
		if fields, ok := component.(map[string]any); ok {
			check(fields, index("components", i), "job", "cron", "autoscale")
		}
	}
	return found
}

// explainUnknown names what operators look for under the words of Kubernetes and Compose.
func explainUnknown(_, key string) string {
	switch key {
	case "metadata", "spec":
		return "an App file has no " + key + ": name, project, components and domains stand at the top level"
	case "requests":
		return "unknown field \"requests\": cpu and memory stand directly in resources"
	case "containers":
		return "unknown field \"containers\": each entry of components is one container"
	case "readinessProbe", "livenessProbe", "startupProbe":
		return "unknown field \"" + key + "\": write probes: with ready, live or startup in it"
	case "containerPort":
		return "unknown field \"containerPort\", did you mean \"port\"?"
	case "mountPath":
		return "unknown field \"mountPath\", did you mean \"path\"?"
	case "namespace":
		return "unknown field \"namespace\", did you mean \"project\"?"
	}
	return ""
}
