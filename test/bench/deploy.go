package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// goodDeploy: how much later than `kubectl rollout status` beside it a good deploy returns.
func (b *bench) goodDeploy(ctx context.Context) error {
	const project = "bench-deploy"
	remove, err := b.scratch(project)
	if err != nil {
		return err
	}
	defer remove()
	deploy := func(round int) *exec.Cmd {
		return exec.CommandContext(ctx, b.binary, "app", "deploy", "good", "--image", b.registry+"/demo:1", "--port", "8080",
			"--env", fmt.Sprintf("ROUND=%d", round), "-p", project, "-q")
	}
	if out, err := deploy(0).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	var later []time.Duration
	for round := 1; round <= b.deploys; round++ {
		lag, err := b.beside(ctx, project, deploy(round))
		if err != nil {
			return err
		}
		later = append(later, lag)
	}
	b.rows = append(b.rows, row{
		fmt.Sprintf("good deploy, end after kubectl rollout status beside it (90th percentile of %d)", len(later)),
		seconds(percentile(later, 90)), "", "", "0.3 s",
	})
	return nil
}

// beside starts a deploy and, as soon as the new generation is there, kubectl rollout status; it gives how much later the
// deploy ended.
func (b *bench) beside(ctx context.Context, project string, deploy *exec.Cmd) (time.Duration, error) {
	before, err := b.generation(ctx, project)
	if err != nil {
		return 0, err
	}
	ended := make(chan time.Time, 1)
	var failed error
	if err := deploy.Start(); err != nil {
		return 0, err
	}
	go func() {
		failed = deploy.Wait()
		ended <- time.Now()
	}()
	for {
		now, err := b.generation(ctx, project)
		if err != nil {
			return 0, err
		}
		if now != before {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if out, err := exec.CommandContext(ctx, b.kubectl, "-n", project, "rollout", "status", "deployment/good").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	peer := time.Now()
	ours := <-ended
	return ours.Sub(peer), failed
}

func (b *bench) generation(ctx context.Context, project string) (string, error) {
	out, err := exec.CommandContext(ctx, b.kubectl, "-n", project, "get", "deployment", "good", "-o", "jsonpath={.metadata.generation}").Output()
	return string(out), err
}

// imageNotFound: how long after the pod's first failure the verdict comes.
func (b *bench) imageNotFound(ctx context.Context) error {
	const project = "bench-image"
	remove, err := b.scratch(project)
	if err != nil {
		return err
	}
	defer remove()
	var after []time.Duration
	for round := range 5 {
		name := fmt.Sprintf("bad-%d", round)
		out, err := exec.CommandContext(ctx, b.binary, "app", "deploy", name, "--image", b.registry+"/demo:no-such-tag", "-p", project, "-q").CombinedOutput()
		ended := time.Now()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 8 {
			return fmt.Errorf("want exit code 8: %v: %s", err, out)
		}
		first, err := b.firstFailure(ctx, project, name)
		if err != nil {
			return err
		}
		after = append(after, ended.Sub(first))
	}
	b.rows = append(b.rows, row{
		"image not found: verdict after the pod's first failure (slowest of 5; events have whole seconds)", seconds(percentile(after, 100)), "", "", "10 s",
	})
	return nil
}

// firstFailure is the time of the first Failed event of an app's pods.
func (b *bench) firstFailure(ctx context.Context, project, name string) (time.Time, error) {
	out, err := exec.CommandContext(ctx, b.kubectl, "-n", project, "get", "events", "-o", "json").Output()
	if err != nil {
		return time.Time{}, err
	}
	var list struct {
		Items []struct {
			Reason         string
			InvolvedObject struct{ Name string }
			FirstTimestamp time.Time
		}
	}
	if err := json.Unmarshal(out, &list); err != nil {
		return time.Time{}, err
	}
	var first time.Time
	for _, event := range list.Items {
		if event.Reason == "Failed" && strings.HasPrefix(event.InvolvedObject.Name, name+"-") && (first.IsZero() || event.FirstTimestamp.Before(first)) {
			first = event.FirstTimestamp
		}
	}
	if first.IsZero() {
		return first, fmt.Errorf("no Failed event of %s", name)
	}
	return first, nil
}
