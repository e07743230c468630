// Package cli is the command line as a whole: the tree of commands, and the one place where an error becomes words and
// an exit code.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/bcpaas/bcpaas/pkg/cli/command"
	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Main runs one command line and returns its exit code. args begins with the program's own name, as in os.Args: called
// as kubectl-bcpaas the program is a kubectl plugin and says so in its help.
func Main(ctx context.Context, args []string, streams command.Streams, environ []string) int {
	ctx, release := withSignals(ctx)
	defer release()
	env := command.NewEnv(programName(args), streams, environ)
	root := NewRoot(env)
	root.SetArgs(args[1:])
	err := root.ExecuteContext(ctx)
	if readerLeft(err) {
		return 0 // `bcpaas app list | head` asked for no more: that is no failure
	}
	if err != nil && ctx.Err() != nil && !hasFault(err) {
		err = fault.New(fault.Interrupted, "interrupted: %w", err)
	}
	report(env, err, wantsJSON(env, args))
	return fault.ExitCode(err)
}

// withSignals ends ctx at the first Ctrl-C, SIGTERM or SIGHUP. The second one ends the process at once. A reader that
// goes away (SIGPIPE) is an error of the write, so that a deploy piped into `head` still releases its lock.
func withSignals(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}

func programName(args []string) string {
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if name == "kubectl-bcpaas" || name == "kubectl_complete-bcpaas" {
		return "kubectl bcpaas"
	}
	return "bcpaas"
}

func readerLeft(err error) bool { return errors.Is(err, output.ErrReaderGone) }

func hasFault(err error) bool {
	var known *fault.Error
	return errors.As(err, &known)
}

// report prints what is to be said of an error: one line and a hint, or a JSON object for scripts.
func report(env *command.Env, err error, asJSON bool) {
	if err == nil {
		return
	}
	var remote *fault.ExitError
	if errors.As(err, &remote) && remote.Err == nil {
		return
	}
	said := fault.ReportOf(err)
	if asJSON {
		var line strings.Builder
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(map[string]fault.Report{"error": said}) // a Report can always be encoded
		_ = output.WriteJSON(env.Err, line.String())               // stderr gone: nobody is left to tell
		return
	}
	fmt.Fprintf(env.Err, "error: %s\n", output.SafeLines(said.Message))
	if said.Hint != "" {
		fmt.Fprintf(env.Err, "hint: %s\n", output.SafeLines(said.Hint))
	}
}

// wantsJSON tells whether errors are to be JSON. It looks at the words as well, since the command line itself may be
// what is wrong.
func wantsJSON(env *command.Env, args []string) bool {
	format := env.Global.Given("output")
	if format == "" {
		format = env.Getenv("BCPAAS_OUTPUT")
		for i, word := range args {
			switch {
			case word == "-o" || word == "--output":
				if i+1 < len(args) {
					format = args[i+1]
				}
			case strings.HasPrefix(word, "-o"):
				format = strings.TrimPrefix(strings.TrimPrefix(word, "-o"), "=")
			case strings.HasPrefix(word, "--output="):
				format = strings.TrimPrefix(word, "--output=")
			}
		}
	}
	return format == "json" || format == "ndjson"
}

// withoutCobraNoise makes a tree print nothing by itself: errors are reported once, by Main.
func withoutCobraNoise(root *cobra.Command) {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(command.FlagFault)
}
