package rollout

import (
	"reflect"

	"github.com/bcpaas/bcpaas/pkg/app"
)

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
