// bench measures bcpaas beside its peer, kubectl, in the same run, and prints the figures as a table. It asserts no time:
// machines are shared and noisy. It needs the lab (make bench starts it) and cleans up what it makes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

// bench is one run.
type bench struct {
	binary, kubectl string
	registry        string
	scale           int // Deployments of the large list
	withPods        int // Deployments that have pods
	deploys         int
	rows            []row
}

func main() {
	b := &bench{kubectl: os.Getenv("BCPAAS_LAB_KUBECTL"), registry: os.Getenv("BCPAAS_LAB_REGISTRY")}
	flag.StringVar(&b.binary, "bcpaas", "bin/bcpaas", "the binary to measure")
	flag.IntVar(&b.scale, "scale", 10000, "Deployments of the large list")
	flag.IntVar(&b.withPods, "pods", 2000, "Deployments with simulated pods")
	flag.IntVar(&b.deploys, "deploys", 20, "good deploys that are timed")
	only := flag.String("only", "start,image,deploy,list,pods", "which parts to run")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := b.run(ctx, strings.Split(*only, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, parts []string) error {
	if b.kubectl == "" {
		return errors.New("the lab's kubectl is the peer: eval \"$(go run ./test/lab env)\" first")
	}
	known := map[string]func(context.Context) error{
		"start": b.startUp, "image": b.imageNotFound, "deploy": b.goodDeploy, "list": b.largeList, "pods": b.listWithPods,
	}
	for _, name := range parts {
		part, ok := known[name]
		if !ok {
			return fmt.Errorf("there is no part %q", name)
		}
		say("%s ...", name)
		if err := part(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	fmt.Printf("%s, %d CPUs, %s\n\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version())
	table(os.Stdout, b.rows)
	return nil
}

// startUp: what every call of every script pays.
func (b *bench) startUp(context.Context) error {
	ours, peer, err := pairs(30, []string{b.binary, "version"}, []string{b.kubectl, "version", "--client"})
	if err != nil {
		return err
	}
	cpu := func(r run) time.Duration { return r.cpu }
	rss := func(r run) int64 { return r.rssKiB }
	b.rows = append(b.rows,
		row{
			"start-up CPU (version; peer: kubectl version --client)", median(of(ours, cpu)).String(), median(of(peer, cpu)).String(),
			fmt.Sprintf("%.2f", median(ratios(ours, peer, cpu))), "0.25",
		},
		row{"start-up resident memory", mib(median(of(ours, rss))), mib(median(of(peer, rss))), "", "24 MiB"})
	return nil
}

func mib(kib int64) string { return fmt.Sprintf("%.1f MiB", float64(kib)/1024) }

// lists compares a list of everything.
func (b *bench) lists(what string, n int) error {
	ours, peer, err := pairs(n, []string{b.binary, "app", "list", "-A"}, []string{b.kubectl, "get", "deployments", "-A"})
	if err != nil {
		return err
	}
	wall := func(r run) time.Duration { return r.wall }
	rss := func(r run) int64 { return r.rssKiB }
	b.rows = append(b.rows,
		row{
			what + " (peer: kubectl get deployments -A)", seconds(median(of(ours, wall))), seconds(median(of(peer, wall))),
			fmt.Sprintf("%.2f", median(ratios(ours, peer, wall))), "0.35",
		},
		row{what + ", resident memory", mib(median(of(ours, rss))), mib(median(of(peer, rss))), "", "64 MiB"})
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
