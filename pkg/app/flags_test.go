package app_test

import (
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func TestFromFlags(t *testing.T) {
	a, err := app.FromFlags(app.Flags{
		Name: "cart", Project: "shop", Image: "registry.example/cart:9", Ports: []string{"http=80:8080", "5353/udp"}, Env: []string{"A=b=c", "E="},
		Domains: []string{"cart.example.org", "a.example.org/x/y"}, Args: []string{"serve", "${HOME}"}, CPU: "100m", Memory: "64Mi", MemoryLimit: "128Mi", Autoscale: "2-4",
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.YAML()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "flags.golden.yaml", text)
	checkRoundTrip(t, a)
}

func TestTheFirstFileIsShort(t *testing.T) {
	a, err := app.FromFlags(app.Flags{Name: "cart", Image: "cart:9", Ports: []string{"8080"}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := a.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines > 8 {
		t.Errorf("%d lines:\n%s", lines, text)
	}
}

func TestFromFlagsRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		flags app.Flags
		want  string
	}{
		"no image":      {app.Flags{Name: "a"}, "image is missing"},
		"port":          {app.Flags{Name: "a", Image: "b", Ports: []string{"http"}}, "--port http"},
		"service":       {app.Flags{Name: "a", Image: "b", Ports: []string{"x:80"}}, "--port x:80"},
		"protocol":      {app.Flags{Name: "a", Image: "b", Ports: []string{"80/icmp"}}, "TCP, UDP, SCTP"},
		"env":           {app.Flags{Name: "a", Image: "b", Env: []string{"A"}}, "--env A: it must be NAME=VALUE"},
		"env twice":     {app.Flags{Name: "a", Image: "b", Env: []string{"A=1", "A=2"}}, "--env A is given twice"},
		"autoscale":     {app.Flags{Name: "a", Image: "b", Autoscale: "many"}, "MIN-MAX"},
		"cpu":           {app.Flags{Name: "a", Image: "b", CPU: "lots"}, "no quantity"},
		"no such thing": {app.Flags{Name: "a", Image: "b", Replicas: new(-1)}, "replicas must be 0 or more"},
	} {
		_, err := app.FromFlags(tt.flags)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !fault.Is(err, fault.Usage) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
}

func TestSchedules(t *testing.T) {
	cron := func(schedule string) error {
		_, err := app.Parse([]byte(component("    cron: {schedule: '"+schedule+"'}\n")), app.ParseOptions{})
		return err
	}
	for _, good := range []string{"* * * * *", "*/5 0-6,22 1 JAN-MAR,12 mon-Fri", "0 3 ? * 0", "1/2 * * * *", "@hourly", "@every 90m", "0  0 1 1 *"} {
		if err := cron(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "5-1 * * * *", "*/0 * * * *", "*/x * * * *", "a * * * *", "1- * * * *", ", * * * *", "@often", "@every 1", "TZ=UTC * * * * *", "-1 * * * *"} {
		if err := cron(bad); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
