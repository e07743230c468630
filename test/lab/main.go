//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv)
	stop()
	os.Exit(code)
}

// run is the whole program as a function: the exit code is 0 when done, 1 on failure, 2 on wrong usage.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	asked, err := parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n%s", err, usage)
		return 2
	}
	if asked.verb == "help" {
		fmt.Fprint(stdout, usage)
		return 0
	}
	if err := execute(ctx, asked, stdout, stderr, getenv); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		fmt.Fprintf(stderr, "error: %v\n", err)
		var wrong usageError
		if errors.As(err, &wrong) {
			return 2
		}
		return 1
	}
	return 0
}

// execute opens the lab and does the verb.
func execute(ctx context.Context, asked request, stdout, stderr io.Writer, getenv func(string) string) error {
	l, err := open(stdout, stderr, getenv)
	if err != nil {
		return err
	}
	if l.external != "" {
		return l.executeExternal(ctx, asked)
	}
	if err := checkNames(asked, allComponents()); err != nil {
		return err
	}
	switch asked.verb {
	case "up":
		return l.exclusively(ctx, func() error { return l.up(ctx, asked.names) })
	case "down":
		return l.exclusively(ctx, func() error { return l.down(ctx, asked.names) })
	case "reset":
		return l.exclusively(ctx, func() error { return l.reset(ctx) })
	case "pause":
		return l.exclusively(ctx, func() error { return l.signal(asked.names, syscall.SIGSTOP, "paused") })
	case "resume":
		return l.exclusively(ctx, func() error { return l.signal(asked.names, syscall.SIGCONT, "resumed") })
	case "status":
		return l.status(asked.json)
	case "env":
		return l.printEnv(asked.json)
	default:
		return l.logs(ctx, asked.names[0], asked.follow)
	}
}
