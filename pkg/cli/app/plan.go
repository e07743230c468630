package app

import (
	"encoding/json"
	"fmt"
	"strings"

	udiff "github.com/aymanbagabas/go-udiff"
	"sigs.k8s.io/yaml"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/app/rollout"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// printObjects is --dry-run=client: the objects as they would be applied. Values of Secrets are masked. Flags alone make a
// new app here: what was deployed last is on the cluster, which is not asked.
func printObjects(printer *output.Printer, o deployOptions) error {
	wanted := o.Source.fromFile
	var err error
	if wanted == nil {
		if wanted, err = app.FromFlags(o.Source.Flags); err != nil {
			return err
		}
	}
	objects, err := o.Source.compile(wanted, o.Offline())
	if err != nil {
		return err
	}
	return output.PrintList(printer, objectView(), func(yield func(map[string]any, error) bool) {
		for _, object := range objects {
			if !yield(app.Redact(object.Body), nil) {
				return
			}
		}
	})
}

func objectView() output.View[map[string]any] {
	field := func(path string) func(map[string]any) output.Cell {
		return func(body map[string]any) output.Cell {
			value, _ := app.FieldAt(body, path)
			return output.Text(fmt.Sprint(value))
		}
	}
	return output.View[map[string]any]{
		Kind: "List",
		Name: func(body map[string]any) string {
			kind, _ := app.FieldAt(body, ".kind")
			name, _ := app.FieldAt(body, ".metadata.name")
			return strings.ToLower(fmt.Sprintf("%v/%v", kind, name))
		},
		Columns: []output.Column[map[string]any]{
			{Header: "KIND", Cell: field(".kind")},
			{Header: "NAME", Cell: field(".metadata.name")},
			{Header: "PROJECT", Cell: field(".metadata.namespace")},
		},
	}
}

// printPlan is --dry-run=server: what would happen to each object, or the differences.
func printPlan(printer *output.Printer, plan *rollout.Plan, diff bool) error {
	if diff && printer.ForPeople() {
		return printer.Text(diffText(plan))
	}
	if !printer.ForPeople() && printer.Format() != "name" && printer.Format() != "csv" {
		return output.PrintItem(printer, output.View[*rollout.Plan]{Kind: "PlanList", Name: func(p *rollout.Plan) string { return p.App }}, plan)
	}
	return output.PrintList(printer, stepView(), func(yield func(rollout.Step, error) bool) {
		for _, step := range plan.Steps {
			if !yield(step, nil) {
				return
			}
		}
	})
}

func stepView() output.View[rollout.Step] {
	return output.View[rollout.Step]{
		Kind: "StepList",
		Name: func(s rollout.Step) string { return s.Namespace + "/" + s.Ref.String() },
		Columns: []output.Column[rollout.Step]{
			{Header: "ACTION", Cell: actionCell},
			{Header: "OBJECT", Cell: func(s rollout.Step) output.Cell { return output.Text(s.Ref.String()) }},
			{Header: "NOTE", Cell: func(s rollout.Step) output.Cell { return output.Text(stepNote(s)) }},
		},
	}
}

func actionCell(s rollout.Step) output.Cell {
	switch s.Action {
	case rollout.Create:
		return output.Good(string(s.Action))
	case rollout.Remove:
		return output.Bad(string(s.Action))
	case rollout.Unchanged:
		return output.Dim(string(s.Action))
	default:
		return output.Warn(string(s.Action))
	}
}

func stepNote(s rollout.Step) string {
	var notes []string
	for _, kept := range s.Kept {
		notes = append(notes, fmt.Sprintf("keeps %s = %v of %s", kept.Path, kept.Live, kept.Manager))
	}
	for _, path := range s.Taken {
		notes = append(notes, "takes "+path)
	}
	return strings.Join(notes, "; ")
}

// diffText is live against what the server would make of the file, as unified diffs of YAML. Secrets are masked.
func diffText(plan *rollout.Plan) string {
	var b strings.Builder
	for _, step := range plan.Steps {
		if step.Action == rollout.Unchanged {
			continue
		}
		name := plan.Project + "/" + step.Ref.String()
		b.WriteString(udiff.Unified("live "+name, "file "+name, asYAML(step.Before), asYAML(step.After)))
	}
	if b.Len() == 0 {
		return "no differences\n"
	}
	return b.String()
}

// asYAML leaves out what every write changes, and the status, which is not ours to set.
func asYAML(object map[string]any) string {
	if object == nil {
		return ""
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	var trimmed map[string]any
	if err := json.Unmarshal(raw, &trimmed); err != nil {
		return err.Error()
	}
	delete(trimmed, "status")
	if metadata, ok := trimmed["metadata"].(map[string]any); ok {
		for _, key := range []string{"managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"} {
			delete(metadata, key)
		}
	}
	text, err := yaml.Marshal(trimmed)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
