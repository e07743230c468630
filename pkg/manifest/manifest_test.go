package manifest_test

import (
	"testing"

	"github.com/bcpaas/bcpaas/pkg/manifest"
)

func TestHolds(t *testing.T) {
	live := map[string]any{"a": int64(1), "m": map[string]any{"x": "y", "z": true}, "l": []any{map[string]any{"n": "1", "default": true}}}
	for _, c := range []struct {
		desired map[string]any
		want    bool
	}{
		{map[string]any{}, true},
		{map[string]any{"a": int64(1), "m": map[string]any{"x": "y"}}, true},
		{map[string]any{"l": []any{map[string]any{"n": "1"}}}, true},
		{map[string]any{"a": int64(2)}, false},
		{map[string]any{"b": nil}, false},
		{map[string]any{"m": "y"}, false},
		{map[string]any{"a": map[string]any{}}, false},
		{map[string]any{"l": []any{}}, false},
		{map[string]any{"l": []any{map[string]any{"n": "2"}}}, false},
		{map[string]any{"m": []any{}}, false},
	} {
		if got := manifest.Holds(live, c.desired); got != c.want {
			t.Errorf("%v: %v", c.desired, got)
		}
	}
}
