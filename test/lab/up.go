//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// up starts the named units and what they need, or everything that can run here.
func (l *lab) up(ctx context.Context, names []string) error {
	if !l.here.linux {
		return errors.New("starting the lab: it needs Linux; run it in a Linux machine, or use BCPAAS_LAB=external with a KUBECONFIG")
	}
	begin := time.Now()
	components := allComponents()
	units, err := l.wanted(components, names)
	if err != nil {
		return err
	}
	if err := l.prepare(ctx, componentsOf(components, units)); err != nil {
		return err
	}
	started, err := l.startAll(ctx, units)
	if ctx.Err() != nil && len(started) > 0 {
		l.say.line("interrupted: stopping what was just started: %s", strings.Join(started, " "))
		// The interrupt ended ctx; stopping needs one that still lives.
		return errors.Join(context.Canceled, l.down(context.WithoutCancel(ctx), started))
	}
	if err != nil {
		return err
	}
	if len(started) == 0 {
		l.say.line("nothing to do: %s running already", plural(len(units), "process is", "processes are"))
		return nil
	}
	l.say.line("the lab is up: %s started in %s; eval \"$(go run ./test/lab env)\"", plural(len(started), "process", "processes"), took(begin))
	return nil
}

func plural(count int, one, many string) string {
	if count == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", count, many)
}

// wanted resolves names to units, leaving out (or, when asked for by name, refusing) what can't run on this machine.
func (l *lab) wanted(components []component, names []string) ([]unit, error) {
	closure := withNeeds(components, names)
	var units []unit
	for _, c := range components {
		chosen := selectUnits([]component{c}, closure)
		if len(chosen) == 0 {
			continue
		}
		if reason := c.unavailable(l.here); reason != "" {
			if len(names) > 0 {
				return nil, fmt.Errorf("starting %s: not possible on this machine: %s", c.name, reason)
			}
			l.say.line("leaving out %s: %s", c.name, reason)
			continue
		}
		units = append(units, chosen...)
	}
	return units, nil
}

// prepare gets the programs (the long part of a first start), the ports and the certificates.
func (l *lab) prepare(ctx context.Context, components []component) error {
	if err := l.settlePorts(); err != nil {
		return err
	}
	for _, c := range components {
		for _, p := range c.products {
			if _, err := l.build(ctx, p); err != nil {
				return err
			}
		}
		if len(c.packages) > 0 {
			if _, err := l.unpack(ctx, c.packages); err != nil {
				return err
			}
		}
	}
	if slices.ContainsFunc(components, func(c component) bool { return c.name == "kubernetes" }) {
		return l.prepareKubernetes()
	}
	return nil
}

// startAll starts units side by side, each as soon as what it needs is ready. It returns those that did not run before.
func (l *lab) startAll(ctx context.Context, units []unit) ([]string, error) {
	var mu sync.Mutex
	var started []string
	needs := func(u unit) []string { return u.needs }
	err := walk(units, needs, func(u unit) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		fresh, err := l.ensure(ctx, u)
		if fresh {
			mu.Lock()
			started = append(started, u.name)
			mu.Unlock()
		}
		return err
	})
	return started, err
}

var errNeedFailed = errors.New("what it needs did not start")

// walk calls do for every unit, side by side, each after those it depends on are done. After a failure what depends on it is
// left out, the rest goes on.
func walk(units []unit, dependsOn func(unit) []string, do func(unit) error) error {
	done := map[string]chan struct{}{}
	failed := map[string]error{}
	var mu sync.Mutex
	for _, u := range units {
		done[u.name] = make(chan struct{})
	}
	for _, u := range units {
		go func() {
			defer close(done[u.name])
			var err error
			for _, name := range dependsOn(u) {
				if wait, among := done[name]; among {
					<-wait
					mu.Lock()
					if failed[name] != nil {
						err = errNeedFailed
					}
					mu.Unlock()
				}
			}
			if err == nil {
				err = do(u)
			}
			mu.Lock()
			failed[u.name] = err
			mu.Unlock()
		}()
	}
	var all []error
	for _, u := range units {
		<-done[u.name]
		mu.Lock()
		if err := failed[u.name]; err != nil && !errors.Is(err, errNeedFailed) {
			all = append(all, err)
		}
		mu.Unlock()
	}
	return errors.Join(all...)
}

// ensure has one unit run, with its present configuration, and ready. It reports whether it had to be started.
func (l *lab) ensure(ctx context.Context, u unit) (fresh bool, err error) {
	begin := time.Now()
	c, err := u.command(ctx, l)
	if err != nil {
		return false, fmt.Errorf("preparing %s: %w", u.name, err)
	}
	digest, err := c.digest()
	if err != nil {
		return false, fmt.Errorf("preparing %s: %w", u.name, err)
	}
	if p, known := l.state.process(u.name); known && p.alive() && p.Digest == digest {
		_ = syscall.Kill(p.PID, syscall.SIGCONT) // one that was paused goes on; to any other this means nothing
		err = l.waitReady(ctx, u, nil)
		if err == nil {
			return false, l.doAfter(ctx, u)
		}
		if !errors.Is(err, errEnded) { // one that was just being killed is started again
			return false, err
		}
	}
	if err := l.stop(u); err != nil {
		return false, err
	}
	ended, err := l.launch(u.name, c, digest)
	if err != nil {
		return true, err
	}
	if err := l.waitReady(ctx, u, ended); err != nil {
		return true, err
	}
	if err := l.doAfter(ctx, u); err != nil {
		return true, err
	}
	l.say.line("%s is ready after %s", u.name, took(begin))
	return true, nil
}

var errEnded = errors.New("it ended")

// waitReady repeats the unit's real request until it is answered. A process that this launcher did not start has no channel
// that tells its end; its pid is looked at instead.
func (l *lab) waitReady(ctx context.Context, u unit, ended <-chan struct{}) error {
	deadline := time.Now().Add(u.patience)
	for {
		attempt, cancel := context.WithTimeout(ctx, 3*time.Second)
		err := u.ready(attempt, l)
		cancel()
		if err == nil {
			return nil
		}
		gone := false
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			gone = true
		case <-time.After(50 * time.Millisecond):
		}
		if gone || !l.running(u.name) {
			return fmt.Errorf("starting %s: %w; its last lines:\n%s", u.name, errEnded, l.lastLines(u.name, 8))
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("starting %s: not ready after %s: %w; its last lines:\n%s", u.name, u.patience, err, l.lastLines(u.name, 8))
		}
	}
}

// doAfter does the work that follows a start, once for each start: the stamp names the process it was done for.
func (l *lab) doAfter(ctx context.Context, u unit) error {
	if u.after == nil {
		return nil
	}
	p, _ := l.state.process(u.name)
	mark := fmt.Sprintf("%d %d %s", p.PID, p.Start, p.Boot)
	if l.state.stamp("after "+u.name) == mark {
		return nil
	}
	if err := u.after(ctx, l); err != nil {
		return fmt.Errorf("starting %s: %w", u.name, err)
	}
	return l.state.change(func(r *record) { r.Stamps["after "+u.name] = mark })
}
