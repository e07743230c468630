package inventory_test

import (
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/app/inventory"
	"github.com/bcpaas/bcpaas/pkg/diagnosis"
	"github.com/bcpaas/bcpaas/pkg/fault"
)

func TestParseArg(t *testing.T) {
	for text, want := range map[string]inventory.Arg{
		"cart": {Name: "cart"}, "cart@7": {Name: "cart", Release: 7}, "shop/cart": {Project: "shop", Name: "cart"}, "sts/db": {Kind: "StatefulSet", Name: "db"},
		"SHOP/cart": {Project: "SHOP", Name: "cart"}, "Deploy/x": {Kind: "Deployment", Name: "x"}, "job/job/x": {Project: "job", Kind: "Job", Name: "x"}, "shop/cj/x@1": {Project: "shop", Kind: "CronJob", Name: "x", Release: 1},
	} {
		if got, err := inventory.ParseArg(text); got != want || err != nil {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "/", "a//b", "a/b/", "cart@", "cart@0", "cart@-1", "cart@1@2", "a/b/c", "a/deploy/c/d"} {
		if got, err := inventory.ParseArg(text); fault.ExitCode(err) != 2 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzParseArg(f *testing.F) {
	for _, seed := range []string{"shop/deploy/cart@7", "", "a/b", "@", "/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := inventory.ParseArg(text)
		if err == nil && (a.Name == "" || strings.Contains(a.Name, "/")) {
			t.Fatalf("%q: %+v", text, a)
		}
	})
}

func TestIDIsReadBack(t *testing.T) {
	for _, kind := range append(inventory.DefaultKinds(), "Pod", "ReplicaSet") {
		w := inventory.Workload{Project: "shop", Kind: kind, Name: "x"}
		if a, err := inventory.ParseArg(w.ID()); err != nil || a != (inventory.Arg{Project: "shop", Kind: kind, Name: "x"}) {
			t.Errorf("%s: %+v, %v", w.ID(), a, err)
		}
	}
}

func TestJudge(t *testing.T) {
	old, info := diagnosis.Cause{Code: "oom_killed", Old: true}, diagnosis.Cause{Code: "crash_loop", Info: true}
	cause := diagnosis.Cause{Code: "image_not_found", Affected: 2, Total: 3}
	for _, c := range []struct {
		kind   string
		report diagnosis.Report
		want   inventory.Health
		code   diagnosis.Code
	}{
		{"Deployment", diagnosis.Report{Verdict: diagnosis.Succeeded, Wanted: 1}, inventory.Healthy, ""},
		{"Deployment", diagnosis.Report{Verdict: diagnosis.Succeeded}, inventory.Stopped, ""},
		{"CronJob", diagnosis.Report{Verdict: diagnosis.Succeeded}, inventory.Healthy, ""},
		{"Deployment", diagnosis.Report{Verdict: diagnosis.Unknown}, inventory.Unknown, ""},
		{"Deployment", diagnosis.Report{Verdict: diagnosis.Failed, Causes: []diagnosis.Cause{old, info, cause}}, inventory.Failed, "image_not_found"},
		{"Deployment", diagnosis.Report{Verdict: diagnosis.Progressing, Causes: []diagnosis.Cause{old}}, inventory.Progressing, ""},
		{"Deployment", diagnosis.Report{Verdict: diagnosis.Failed, Degraded: true, Causes: []diagnosis.Cause{cause}}, inventory.Degraded, "image_not_found"},
	} {
		w := inventory.Workload{Kind: c.kind, Cause: "stale", Code: "stale"}
		w.Judge(c.report)
		if w.Health != c.want || w.Code != c.code || (c.code == "") != (w.Cause == "") {
			t.Errorf("%+v: %s %s %q", c.report, w.Health, w.Code, w.Cause)
		}
	}
}
