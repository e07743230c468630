package config

import (
	"testing"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// What each command line asks for. A refused one never reaches run.
func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
		exit int
	}{
		{args: []string{"list"}, want: "list"},
		{args: []string{"ls"}, want: "list"},
		{args: []string{"list", "x"}, exit: 2},
		{args: []string{"use", "office"}, want: "use office"},
		{args: []string{"use"}, exit: 2},
		{args: []string{"use", ""}, exit: 2},
		{args: []string{"use", "a", "b"}, exit: 2},
		{args: []string{"view"}, want: "view"},
		{args: []string{"view", "--origin"}, want: "view origin"},
		{args: []string{"view", "--orgin"}, exit: 2},
		{args: []string{"view", "project"}, exit: 2},
		{args: []string{"set", "project", "shop"}, want: "set project=shop"},
		{args: []string{"set", "--", "project", "-x"}, want: "set project=-x"},
		{args: []string{"set", "output", "jsonpath={.a}"}, want: "set output=jsonpath={.a}"},
		{args: []string{"set", "output", "jsno"}, exit: 2},
		{args: []string{"set", "profiles.a.output", "jsno"}, exit: 2},
		{args: []string{"set", "project", ""}, exit: 2},
		{args: []string{"set", "project"}, exit: 2},
		{args: []string{"set", "a", "b", "c"}, exit: 2},
		{args: []string{"unset", "project"}, want: "unset project"},
		{args: []string{"unset"}, exit: 2},
		{args: []string{"validate"}, want: "validate "},
		{args: []string{"validate", "f.yaml"}, want: "validate f.yaml"},
		{args: []string{"validate", ""}, exit: 2},
		{args: []string{"validate", "a", "b"}, exit: 2},
		{args: []string{"path"}, want: "path"},
		{args: []string{"path", "x"}, exit: 2},
	} {
		got, err := asked(t, tt.args)
		if got != tt.want || fault.ExitCode(err) != tt.exit {
			t.Errorf("%q: got %q and exit code %d (%v), want %q and %d", tt.args, got, fault.ExitCode(err), err, tt.want, tt.exit)
		}
	}
}

func asked(t *testing.T, args []string) (string, error) {
	t.Helper()
	switch args[0] {
	case "use":
		return options(t, newUse, func(o useOptions) string { return "use " + o.Profile }, args...)
	case "view":
		return options(t, newView, func(o viewOptions) string { return "view" + map[bool]string{true: " origin"}[o.Origin] }, args...)
	case "set":
		return options(t, newSet, func(o setOptions) string { return "set " + o.Key + "=" + o.Value }, args...)
	case "unset":
		return options(t, newUnset, func(o unsetOptions) string { return "unset " + o.Key }, args...)
	case "validate":
		return options(t, newValidate, func(o validateOptions) string { return "validate " + o.File }, args...)
	case "path":
		return options(t, newPath, func(pathOptions) string { return "path" }, args...)
	default:
		return options(t, newList, func(listOptions) string { return "list" }, args...)
	}
}
