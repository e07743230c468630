package config_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bcpaas/bcpaas/pkg/config"
)

func TestDurations(t *testing.T) {
	for source, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90s": 90 * time.Second, "5m": 5 * time.Minute, "4h": 4 * time.Hour, "2d": 48 * time.Hour,
		"1d12h": 36 * time.Hour, "1h30m": 90 * time.Minute, "1.5h": 90 * time.Minute, "250ms": 250 * time.Millisecond,
	} {
		got, err := config.ParseDuration(source)
		if err != nil || got != want {
			t.Errorf("%q: got %s %v", source, got, err)
		}
		if again, err := config.ParseDuration(config.FormatDuration(got)); err != nil || again != got {
			t.Errorf("%q is written as %q", source, config.FormatDuration(got))
		}
	}
	for _, source := range []string{"", "5", "-5s", "+5s", "s", "5 m", "5M", "5w", "1..5h", "5m3", "300000d", "1e3s", ".s", "5µs"} {
		if got, err := config.ParseDuration(source); err == nil {
			t.Errorf("%q: got %s", source, got)
		}
	}
	if got := config.FormatDuration(time.Microsecond); got != "1ms" {
		t.Errorf("something is not no limit: %s", got)
	}
}

func TestCommands(t *testing.T) {
	for source, want := range map[string]config.Command{
		`"pass show a"`:                  {"pass", "show", "a"},
		`"  pass   \"a b\" 'c d' \"\" "`: {"pass", "a b", "c d", ""},
		`["pass", "a b"]`:                {"pass", "a b"},
		`"C:\\tools\\get.exe a\"b c\"d"`: {`C:\tools\get.exe`, "ab cd"},
		`"say \"a \\\" b\" $HOME;rm|x"`:  {"say", `a " b`, "$HOME;rm|x"},
		`["say", "it's", "\"quoted\""]`:  {"say", "it's", `"quoted"`},
	} {
		var got config.Command
		if err := json.Unmarshal([]byte(source), &got); err != nil || cmp.Diff(want, got) != "" {
			t.Errorf("%s: got %q %v", source, []string(got), err)
		}
		line, _ := json.Marshal(got.String())
		var again config.Command
		if err := json.Unmarshal(line, &again); err != nil || cmp.Diff(want, again) != "" {
			t.Errorf("%s is written as %s and read as %q", source, got, []string(again))
		}
	}
	for _, source := range []string{`""`, `" "`, `[]`, `[""]`, `"'a"`, `5`, `{"a":"b"}`, `[1]`} {
		var got config.Command
		if err := json.Unmarshal([]byte(source), &got); err == nil {
			t.Errorf("%s: got %q", source, []string(got))
		}
	}
}

func TestPath(t *testing.T) {
	for name, tt := range map[string]struct {
		env        map[string]string
		goos, want string
	}{
		"linux":              {nil, "linux", "/home/a/.config/bcpaas/config.yaml"},
		"macOS":              {nil, "darwin", "/home/a/.config/bcpaas/config.yaml"},
		"XDG":                {map[string]string{"XDG_CONFIG_HOME": "/x"}, "darwin", "/x/bcpaas/config.yaml"},
		"XDG, relative":      {map[string]string{"XDG_CONFIG_HOME": "x"}, "linux", "/home/a/.config/bcpaas/config.yaml"},
		"Windows":            {map[string]string{"AppData": "/appdata"}, "windows", "/appdata/bcpaas/config.yaml"},
		"chosen":             {map[string]string{"BCPAAS_CONFIG": "/c.yaml", "XDG_CONFIG_HOME": "/x"}, "linux", "/c.yaml"},
		"AppData means none": {map[string]string{"AppData": "/appdata"}, "linux", "/home/a/.config/bcpaas/config.yaml"},
	} {
		s := config.Sources{HomeDir: "/home/a", Getenv: func(key string) string { return tt.env[key] }}
		if got := config.PathOn(s, tt.goos); got != tt.want {
			t.Errorf("%s: got %s, want %s", name, got, tt.want)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"0", "90s", "5m", "4h", "2d", "1h30m", "-1s", "1.5h", "d", "9999999999d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := config.ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := config.ParseDuration(config.FormatDuration(d)); err != nil || again != d {
			t.Errorf("%q is %s, written %q, read again as %s, %v", text, d, config.FormatDuration(d), again, err)
		}
	})
}
