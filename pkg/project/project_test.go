package project_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/project"
)

func TestCheckName(t *testing.T) {
	for name, better := range map[string]string{"Shop_A": "shop-a", "--x": "x", strings.Repeat("a", 70): strings.Repeat("a", 63), "ÄÖ": "", "a.b": "a-b"} {
		err := project.CheckName(name)
		if fault.ExitCode(err) != 2 || (better != "") != strings.HasPrefix(fault.ReportOf(err).Hint, better+" would do") && better != "" {
			t.Errorf("%s: %v, %q", name, err, fault.ReportOf(err).Hint)
		}
		if better != "" && project.CheckName(better) != nil {
			t.Errorf("%s would not do", better)
		}
	}
	if err := project.CheckName("shop-2"); err != nil {
		t.Error(err)
	}
}

func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		p      project.Project
		also   []string
		reason string
	}{
		{project.Project{Name: "shop"}, []string{"bank"}, ""},
		{project.Project{Name: "shop", Protected: true}, nil, "it bears the label bcpaas.io/protected"},
		{project.Project{Name: "shop"}, []string{"bank", "shop"}, "the profile names it"},
		{project.Project{Name: "kube-system"}, nil, "it belongs to the cluster itself"},
		{project.Project{Name: "default"}, nil, "it belongs to the cluster itself"},
	} {
		err := project.Refuse(c.p, c.also, false, "deleting project")
		if (err != nil) != (c.reason != "") || (err != nil && (!strings.Contains(err.Error(), c.reason) || fault.ReportOf(err).Code != "protected" || !strings.Contains(fault.ReportOf(err).Hint, "--force-protected"))) {
			t.Errorf("%+v: %v", c, err)
		}
		if err := project.Refuse(c.p, c.also, true, "x"); err != nil {
			t.Errorf("forced: %v", err)
		}
	}
}

func TestParseQuota(t *testing.T) {
	for text, want := range map[string]string{"none": "map[]", "small": "map[cpu:2 memory:4Gi pods:20]", "cpu=500m, memory=8Gi": "map[cpu:500m memory:8Gi]"} {
		got, err := project.ParseQuota(text)
		words := map[string]string{}
		for name, q := range got {
			words[name] = q.String()
		}
		if err != nil || fmt.Sprint(words) != want {
			t.Errorf("%s: %v, %v", text, words, err)
		}
	}
	for text, says := range map[string]string{
		"": "want small, medium", "huge": "want small, medium", "cpu=": "no quantity", "cpu=x": "no quantity", "cpu=-1": "no quantity", "=1": "NAME=QUANTITY", "cpu=1,cpu=2": "given twice", "cpu=1,,": "NAME=QUANTITY",
	} {
		if _, err := project.ParseQuota(text); fault.ExitCode(err) != 2 || !strings.Contains(fmt.Sprint(err), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestObjects(t *testing.T) {
	quota, err := project.ParseQuota("cpu=4,memory=8Gi,pods=50")
	if err != nil {
		t.Fatal(err)
	}
	all := project.Spec{Name: "shop", Owner: "ada", Description: "d", Protected: true, Quota: quota, Limits: true, Isolated: true}.Objects()
	if len(all) != 4 {
		t.Fatalf("%d objects", len(all))
	}
	for i, want := range []string{
		"annotations:map[bcpaas.io/description:d bcpaas.io/owner:ada]", "hard:map[pods:50 requests.cpu:4 requests.memory:8Gi]", "defaultRequest:map[cpu:50m memory:64Mi]", "policyTypes:[Ingress]",
	} {
		if !strings.Contains(fmt.Sprint(all[i]), want) {
			t.Errorf("%v has not %s", all[i], want)
		}
	}
	bare := project.Spec{Name: "shop"}.Objects()
	if len(bare) != 1 || strings.Contains(fmt.Sprint(bare), "protected") || strings.Contains(fmt.Sprint(bare), "annotations") {
		t.Errorf("%v", bare)
	}
}

func TestSummary(t *testing.T) {
	order := []string{"deployments", "ingresses", "pods"}
	for want, contents := range map[string]map[string]int{
		"nothing": {"x": 1}, "3 deployments, 1 pod": {"pods": 1, "deployments": 3}, "1 deployment": {"deployments": 1}, "1 ingress": {"ingresses": 1},
	} {
		if got := (project.Project{Contents: contents}).Summary(order); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func FuzzParseQuota(f *testing.F) {
	for _, seed := range []string{"small", "none", "cpu=4,memory=8Gi", "pods=50", "cpu=-1", "=1", "cpu=1,cpu=2", "memory=1e99"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quota, err := project.ParseQuota(text)
		if err != nil {
			if fault.ExitCode(err) != 2 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for name, quantity := range quota {
			if name == "" || quantity.Sign() < 0 {
				t.Errorf("%q gave %q = %s", text, name, quantity.String())
			}
		}
	})
}
