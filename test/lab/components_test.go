//go:build unix

package main

import (
	"errors"
	"slices"
	"sync"
	"testing"
)

func TestEveryNeedExists(t *testing.T) {
	components := allComponents()
	all := unitNames(selectUnits(components, nil))
	seen := map[string]bool{}
	for _, u := range selectUnits(components, nil) {
		if seen[u.name] {
			t.Errorf("two units are named %s", u.name)
		}
		seen[u.name] = true
		for _, need := range u.needs {
			if !slices.Contains(all, need) {
				t.Errorf("%s needs %s, which does not exist", u.name, need)
			}
		}
		if u.command == nil || u.ready == nil || u.patience == 0 {
			t.Errorf("%s lacks a command, a way to know it is ready, or patience", u.name)
		}
	}
}

func TestWithNeeds(t *testing.T) {
	got := withNeeds(allComponents(), []string{"kubelet"})
	slices.Sort(got)
	if want := []string{"apiserver", "containerd", "etcd", "kubelet", "registry"}; !slices.Equal(got, want) {
		t.Errorf("kubelet and its needs: %v, want %v", got, want)
	}
	if withNeeds(allComponents(), nil) != nil {
		t.Error("no names must stay no names: they mean all")
	}
}

func TestSelectOneProcessOfComponent(t *testing.T) {
	if got := unitNames(selectUnits(allComponents(), []string{"apiserver"})); !slices.Equal(got, []string{"apiserver"}) {
		t.Errorf("apiserver selects %v", got)
	}
	if got := unitNames(selectUnits(allComponents(), []string{"registry"})); !slices.Equal(got, []string{"registry"}) {
		t.Errorf("registry must not select the private one: %v", got)
	}
}

func TestWalkKeepsOrderAndLeavesOutAfterFailure(t *testing.T) {
	units := []unit{{name: "c", needs: []string{"b"}}, {name: "b", needs: []string{"a"}}, {name: "a"}, {name: "y", needs: []string{"x"}}, {name: "x"}}
	boom := errors.New("boom")
	var mu sync.Mutex
	var order []string
	err := walk(units, func(u unit) []string { return u.needs }, func(u unit) error {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, u.name)
		if u.name == "x" {
			return boom
		}
		return nil
	})
	if !errors.Is(err, boom) || errors.Is(err, errNeedFailed) {
		t.Errorf("walk: %v, want only the failure itself", err)
	}
	if slices.Contains(order, "y") {
		t.Error("y was done although x failed")
	}
	if !(slices.Index(order, "a") < slices.Index(order, "b") && slices.Index(order, "b") < slices.Index(order, "c")) {
		t.Errorf("done in the order %v", order)
	}
}
