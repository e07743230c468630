//go:build unix

package main

import (
	"context"
	"slices"
	"time"
)

// unit is one server process.
type unit struct {
	name  string
	needs []string // units that must be ready before it starts
	ports []string // names of the ports it listens on
	// command renders its files and says how it is run.
	command func(ctx context.Context, l *lab) (command, error)
	// ready is one try of a real request; it is repeated until it succeeds or the patience ends.
	ready    func(ctx context.Context, l *lab) error
	patience time.Duration
	// after is work to be done once after each start, e.g. pushing images; it may be repeated.
	after func(ctx context.Context, l *lab) error
	// grace is how long it may take to end by itself before it is killed; 10 seconds when not said.
	grace time.Duration
}

// component is what a person starts and stops by one name: one or more processes.
type component struct {
	name        string
	about       string
	unavailable func(m machine) string // why not on this machine, empty when it can run
	products    []product
	packages    []string
	units       []unit
	// cleanup removes what the processes left in the kernel, after they are gone. It is safe to run at any time.
	cleanup func(ctx context.Context, l *lab) error
}

// allComponents is the whole lab, in the order in which it is shown.
func allComponents() []component {
	return []component{
		etcdComponent(), kubernetesComponent(), registryComponent(), privateRegistryComponent(),
		nodeComponent(), dnsComponent(), kwokComponent(),
	}
}

// selectUnits gives the units behind names; no names mean all.
func selectUnits(components []component, names []string) []unit {
	var selected []unit
	for _, c := range components {
		for _, u := range c.units {
			if len(names) == 0 || slices.Contains(names, c.name) || slices.Contains(names, u.name) {
				selected = append(selected, u)
			}
		}
	}
	return selected
}

// withNeeds adds to names the units they need, and what those need.
func withNeeds(components []component, names []string) []string {
	if len(names) == 0 {
		return nil
	}
	var closure []string
	pending := unitNames(selectUnits(components, names))
	for len(pending) > 0 {
		name := pending[0]
		pending = pending[1:]
		if slices.Contains(closure, name) {
			continue
		}
		closure = append(closure, name)
		for _, u := range selectUnits(components, []string{name}) {
			if u.name == name {
				pending = append(pending, u.needs...)
			}
		}
	}
	return closure
}

func unitNames(units []unit) []string {
	names := make([]string, len(units))
	for i, u := range units {
		names[i] = u.name
	}
	return names
}

// componentsOf keeps the components that have one of the units.
func componentsOf(components []component, units []unit) []component {
	names := unitNames(units)
	var kept []component
	for _, c := range components {
		if slices.ContainsFunc(c.units, func(u unit) bool { return slices.Contains(names, u.name) }) {
			kept = append(kept, c)
		}
	}
	return kept
}

func always(machine) string { return "" }
