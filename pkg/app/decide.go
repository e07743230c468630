package app

import (
	"cmp"
	"reflect"
)

// FieldConflict is a field that the file sets and another manager owns with another value.
type FieldConflict struct {
	Path    string `json:"path"`    // in the form of FieldAt
	Manager string `json:"manager"` // who owns the live value, e.g. kubectl-edit
	Live    any    `json:"live"`    // the live value
	Desired any    `json:"desired"` // what the file says; filled in by Decide
}

// Kept is a conflict that the live value wins: the field is to be dropped from the apply body, and told.
type Kept FieldConflict

// Decide is the rule between the file and what somebody changed on purpose. desired is the apply body now, last that of
// the release before (nil when there is none). A live value is kept when the file says the same of the field as at the last
// release; it is taken by force when the file changed it, or reset is given; it is refused, for a person to decide, when no
// last release had the field, so that nobody can tell who meant what. A live value that is already what the file wants is
// taken: nothing changes by it.
//
// A server-side apply forces all conflicts or none: drop keep from the body, and force only when refuse is empty.
func Decide(conflicts []FieldConflict, desired, last map[string]any, reset bool) (keep []Kept, force []string, refuse []FieldConflict) {
	for _, conflict := range conflicts {
		want, wanted := FieldAt(desired, conflict.Path)
		before, had := FieldAt(last, conflict.Path)
		conflict.Desired = want
		switch {
		case wanted && (reset || sameJSON(conflict.Live, want)):
			force = append(force, conflict.Path)
		case !wanted || !had:
			refuse = append(refuse, conflict)
		case sameJSON(before, want):
			keep = append(keep, Kept(conflict))
		default:
			force = append(force, conflict.Path)
		}
	}
	return keep, force, refuse
}

// sameJSON compares JSON data, whole numbers being equal whatever their Go type.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for key, value := range a {
			other, there := b[key]
			if !there || !sameJSON(value, other) {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !sameJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	if x, ok := asNumber(a); ok {
		y, ok := asNumber(b)
		return ok && cmp.Compare(x, y) == 0
	}
	return reflect.DeepEqual(a, b)
}

func asNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int32:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
