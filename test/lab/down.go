//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// down stops the named units, or everything: then no process, mount, network device, rule or control group stays.
func (l *lab) down(ctx context.Context, names []string) error {
	begin := time.Now()
	components := allComponents()
	units := selectUnits(components, names)
	dependents := func(u unit) []string {
		var those []string
		for _, other := range units {
			if slices.Contains(other.needs, u.name) {
				those = append(those, other.name)
			}
		}
		return those
	}
	stopped := 0
	for _, u := range units {
		if l.running(u.name) {
			stopped++
		}
	}
	err := walk(units, dependents, func(u unit) error {
		since := time.Now()
		ran := l.running(u.name)
		err := l.stop(u)
		if err == nil && ran {
			l.say.line("%s is stopped after %s", u.name, took(since))
		}
		return err
	})
	errs := []error{err}
	for _, c := range components {
		if c.cleanup != nil && len(selectUnits([]component{c}, unitNames(units))) == len(c.units) {
			errs = append(errs, c.cleanup(ctx, l))
		}
	}
	if len(names) == 0 {
		errs = append(errs, l.endStrays())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if stopped == 0 {
		l.say.line("nothing to do: no process was running")
		return nil
	}
	l.say.line("%s stopped in %s", plural(stopped, "process", "processes"), took(begin))
	return nil
}

// stop ends a unit's recorded process, and any other that carries its mark (from a launcher that was killed).
func (l *lab) stop(u unit) error {
	if p, known := l.state.process(u.name); known {
		if err := end(p, u.grace); err != nil {
			return fmt.Errorf("stopping %s: %w", u.name, err)
		}
	}
	marked, err := l.marked()
	if err != nil {
		return err
	}
	for _, p := range marked[u.name] {
		if err := end(p, u.grace); err != nil {
			return fmt.Errorf("stopping %s: %w", u.name, err)
		}
	}
	return l.state.change(func(r *record) { delete(r.Processes, u.name) })
}

// endStrays ends whatever still carries this lab's mark.
func (l *lab) endStrays() error {
	marked, err := l.marked()
	if err != nil {
		return err
	}
	var errs []error
	for unit, processes := range marked {
		for _, p := range processes {
			l.say.line("ending a stray process of %s (pid %d)", unit, p.PID)
			errs = append(errs, end(p, 0))
		}
	}
	return errors.Join(errs...)
}
