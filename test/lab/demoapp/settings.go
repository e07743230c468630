package main

import (
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// settings are the switches.
type settings struct {
	listen     string
	greeting   string
	config     string        // a file whose hash /config tells
	require    string        // a file without which it ends with code 3 at its start
	startDelay time.Duration // before it listens
	readyAfter time.Duration // after it listens
	stopDelay  time.Duration // after SIGTERM
	slow       time.Duration // before each answer, but those of probes
	slowProbes time.Duration // before each answer to a probe
	unready    string        // why /readyz says no; empty: it says yes
	unhealthy  string        // why /healthz says no
	memory     size          // held on to
	logRate    float64       // lines a second
	logLevel   string
	exitCode   int // -1: go on
	exitAfter  time.Duration
	exitLines  string // the last lines it prints, separated by |
}

// flags ties every switch to its name.
func (s *settings) flags() *flag.FlagSet {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&s.listen, "listen", ":8080", "address to listen on")
	f.StringVar(&s.greeting, "greeting", "hello", "what / says")
	f.StringVar(&s.config, "config", "", "config file")
	f.StringVar(&s.require, "require", "", "file it can't start without (exit code 3)")
	f.DurationVar(&s.startDelay, "start-delay", 0, "wait before listening")
	f.DurationVar(&s.readyAfter, "ready-after", 0, "be unready for that long after listening")
	f.DurationVar(&s.stopDelay, "stop-delay", 0, "go on for that long after SIGTERM")
	f.DurationVar(&s.slow, "slow", 0, "wait before each answer")
	f.DurationVar(&s.slowProbes, "slow-probes", 0, "wait before each answer of /healthz and /readyz")
	f.StringVar(&s.unready, "unready", "", "reason for which /readyz answers 503")
	f.StringVar(&s.unhealthy, "unhealthy", "", "reason for which /healthz answers 503")
	f.Var(&s.memory, "memory", "memory to hold, e.g. 64Mi")
	f.Float64Var(&s.logRate, "log-rate", 0, "log lines a second")
	f.StringVar(&s.logLevel, "log-level", "info", "level of these lines")
	f.IntVar(&s.exitCode, "exit-code", -1, "end with this code; -1: go on")
	f.DurationVar(&s.exitAfter, "exit-after", 0, "when to end")
	f.StringVar(&s.exitLines, "exit-lines", "", "last lines to print, separated by |")
	return f
}

// parse reads flags over environment variables.
func parse(args []string, getenv func(string) string) (settings, error) {
	var s settings
	f := s.flags()
	var err error
	f.VisitAll(func(each *flag.Flag) {
		name := "DEMO_" + strings.ToUpper(strings.ReplaceAll(each.Name, "-", "_"))
		if value := getenv(name); value != "" && err == nil {
			if setErr := f.Set(each.Name, value); setErr != nil {
				err = fmt.Errorf("reading %s: %w", name, setErr)
			}
		}
	})
	if err != nil {
		return s, err
	}
	if err := f.Parse(args); err != nil {
		return s, fmt.Errorf("reading the flags: %w", err)
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("reading the flags: unexpected %q", f.Arg(0))
	}
	return s, nil
}

// with gives the settings with some switches changed.
func (s settings) with(changes map[string][]string) (settings, error) {
	next := settings{}
	f := next.flags()
	next = s // flags() has set the defaults; what holds now comes back before the changes
	for name, values := range changes {
		for _, value := range values {
			if err := f.Set(name, value); err != nil {
				return s, fmt.Errorf("setting %s: %w", name, err)
			}
		}
	}
	return next, nil
}

// size is a number of bytes, written as Kubernetes does.
type size int64

func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }

func (s *size) Set(text string) error {
	factor := int64(1)
	for suffix, f := range map[string]int64{"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30} {
		if number, found := strings.CutSuffix(text, suffix); found {
			text, factor = number, f
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is no size", text)
	}
	*s = size(n * factor)
	return nil
}
