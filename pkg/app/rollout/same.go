package rollout

import (
	"reflect"

	"github.com/bcpaas/bcpaas/pkg/app"
)

// holds tells whether live already has everything that body asks for. Lists must hold the same items in the same order,
// as they do in what the server gives back for what was applied. False only costs a request: the server then judges.
func holds(live, body any) bool {
	switch want := body.(type) {
	case map[string]any:
		have, ok := live.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range want {
			if got, there := have[key]; !there || !holds(got, value) {
				return false
			}
		}
		return true
	case []any:
		have, ok := live.([]any)
		if !ok || len(have) != len(want) {
			return false
		}
		for i := range want {
			if !holds(have[i], want[i]) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(live, body)
	}
}

// sameRelease tells whether the file says of an object just what the last release said: only then has nothing been
// taken out of the file that is still live.
func sameRelease(object app.Object, last map[string]any) bool {
	return last != nil && reflect.DeepEqual(app.Content([]app.Object{object})[0], last)
}

// same compares two states of an object, without what every write changes.
func same(before, after map[string]any) bool {
	return reflect.DeepEqual(comparable(before), comparable(after))
}

func comparable(object map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range object {
		if key != "status" {
			out[key] = value
		}
	}
	if metadata, ok := object["metadata"].(map[string]any); ok {
		trimmed := map[string]any{}
		for key, value := range metadata {
			if key != "managedFields" && key != "resourceVersion" && key != "generation" {
				trimmed[key] = value
			}
		}
		out["metadata"] = trimmed
	}
	return out
}
