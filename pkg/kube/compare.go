package kube

import "reflect"

// Contains tells whether live already holds everything that desired asks for. Lists of objects that have a name (or a
// port, or a type and so on) are not matched by key: they must hold the same number of items in the same order, as
// they do in what the server gives back for what was applied. False therefore means "apply and let the server judge".
func Contains(live, desired any) bool {
	switch want := desired.(type) {
	case map[string]any:
		have, ok := live.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range want {
			if got, there := have[key]; !there || !Contains(got, value) {
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
			if !Contains(have[i], want[i]) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(live, desired)
	}
}
