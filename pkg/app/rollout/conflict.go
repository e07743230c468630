package rollout

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

// immutable adds the way out to what the server says of a field that can't be changed.
func immutable(err error, ref app.Ref) error {
	if !strings.Contains(err.Error(), "field is immutable") && !strings.Contains(err.Error(), "updates to statefulset spec") {
		return err
	}
	return fmt.Errorf("%w", fault.New(fault.Conflict, "%w", err).WithCode("immutable_field").
		WithHint("it can't be changed in place: kubectl -n %s delete %s, then deploy again (there will be downtime; claims stay)", ref.Namespace, ref))
}

// settle applies the rule between the file and live values (app.Decide) to the body.
func (s *Step) settle(conflicts []app.FieldConflict, request Request) ([]app.FieldConflict, error) {
	for i := range conflicts {
		conflicts[i].Live, _ = app.FieldAt(s.live, conflicts[i].Path)
	}
	keep, force, refuse := app.Decide(conflicts, s.body, s.last, request.Reset)
	if len(refuse) > 0 {
		return refuse, nil
	}
	for _, kept := range keep {
		if request.Explicit != nil && request.Explicit(kept.Path) {
			force = append(force, kept.Path)
			continue
		}
		s.Kept = append(s.Kept, kept)
		if err := app.DropField(s.body, kept.Path); err != nil {
			return nil, fmt.Errorf("keeping the live value of %s: %w", s.Ref, err)
		}
	}
	s.Taken, s.force, s.owner = force, len(force) > 0, map[string]string{}
	for _, c := range conflicts {
		s.owner[c.Path] = c.Manager
	}
	return nil, nil
}

func conflictFault(objects []app.Object, refused [][]app.FieldConflict) error {
	text, n := "", 0
	hint := "--reset takes them over; or take them out of the file"
	for i, conflicts := range refused {
		for _, c := range conflicts {
			n++
			if strings.HasPrefix(c.Path, ".spec.selector") {
				hint = "this was made by somebody else, and its selector can't be changed: give the app another name, or delete what is there first"
			}
			live, desired := short(c.Live), short(c.Desired)
			if objects[i].Kind == "Secret" {
				live, desired = app.Masked, app.Masked
			}
			text += fmt.Sprintf("\n  %s %s: %s says %s, the file says %s", objects[i].Ref, c.Path, c.Manager, live, desired)
		}
	}
	if n == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "%s owned by other managers, nothing was changed:%s", fieldsAre(n), text).WithCode("field_conflict").
		WithHint("%s", hint)
}

func fieldsAre(n int) string {
	if n == 1 {
		return "1 field is"
	}
	return fmt.Sprintf("%d fields are", n)
}

// short is a value in one line of bounded length.
func short(v any) string {
	if v == nil {
		return "nothing"
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "a value that can't be shown"
	}
	text := []rune(string(raw))
	const longest = 60
	if len(text) > longest {
		return string(text[:longest]) + "..."
	}
	return string(text)
}
