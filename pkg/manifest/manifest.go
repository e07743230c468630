// Package manifest compares objects as JSON data. It is pure, so that domains and stores share it.
package manifest

import "reflect"

// Holds tells whether live already has everything that body asks for. Lists must hold the same number of items in the
// same order, as they do in what an API server gives back for what was applied to it. False therefore means "apply, and
// let the server judge".
func Holds(live, body any) bool {
	switch want := body.(type) {
	case map[string]any:
		have, ok := live.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range want {
			if got, there := have[key]; !there || !Holds(got, value) {
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
			if !Holds(have[i], want[i]) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(live, body)
	}
}
