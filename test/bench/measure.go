package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// run is what one finished process used.
type run struct {
	wall, cpu time.Duration
	rssKiB    int64
}

// measure runs a command to its end and takes the kernel's own accounting of it. What it prints is read and thrown away,
// as a pipe would.
func measure(name string, args ...string) (run, error) {
	cmd := exec.Command(name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return run{}, err
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return run{}, err
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		return run{}, err
	}
	if err := cmd.Wait(); err != nil {
		return run{}, fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, complaint.String())
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return run{}, fmt.Errorf("this system keeps no account of processes")
	}
	return run{
		wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rssKiB: usage.Maxrss,
	}, nil
}

// pairs runs two commands in turn, after one run of each that does not count, so that a drift of the machine's speed
// meets both alike.
func pairs(n int, ours, peer []string) (a, b []run, err error) {
	for i := range n + 1 {
		x, err := measure(ours[0], ours[1:]...)
		if err != nil {
			return nil, nil, err
		}
		y, err := measure(peer[0], peer[1:]...)
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			a, b = append(a, x), append(b, y)
		}
	}
	return a, b, nil
}

func median[T int64 | float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// percentile is the nearest-rank percentile.
func percentile(values []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, (len(sorted)*p+99)/100-1)]
}

func of[T any](runs []run, pick func(run) T) []T {
	out := make([]T, len(runs))
	for i, r := range runs {
		out[i] = pick(r)
	}
	return out
}

// ratios are ours over the peer's, pair by pair.
func ratios(a, b []run, pick func(run) time.Duration) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = float64(pick(a[i])) / float64(max(pick(b[i]), time.Microsecond))
	}
	return out
}

// row is one line of the table.
type row struct{ what, ours, peer, ratio, bound string }

func table(w io.Writer, rows []row) {
	fmt.Fprintln(w, "| what | bcpaas | peer | ratio | bound |")
	fmt.Fprintln(w, "|---|---|---|---|---|")
	for _, r := range rows {
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", r.what, r.ours, r.peer, r.ratio, r.bound)
	}
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
