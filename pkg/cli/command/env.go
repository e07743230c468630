// Package command holds what the verbs share: the environment they run in, flag groups, arguments, confirmation.
// Nothing here dials: a verb's noun connects it to its stores (wire.go).
package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/bcpaas/bcpaas/pkg/config"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Streams are the process's three, as values, so that the program is a function of them.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Env is the outside world of one run. It holds no connection and reads no file before a verb asks.
type Env struct {
	Streams
	Program string // "bcpaas", or "kubectl bcpaas" when kubectl called it
	Environ []string
	Now     func() time.Time
	Global  *Global

	settings *config.Settings
}

// NewEnv makes the environment of a run.
func NewEnv(program string, streams Streams, environ []string) *Env {
	return &Env{Streams: streams, Program: program, Environ: environ, Now: time.Now, Global: &Global{given: map[string]string{}}}
}

// Getenv looks a variable up; the last setting counts, as in a shell.
func (e *Env) Getenv(name string) string {
	for i := len(e.Environ) - 1; i >= 0; i-- {
		if value, ok := cutPrefix(e.Environ[i], name+"="); ok {
			return value
		}
	}
	return ""
}

func cutPrefix(text, prefix string) (string, bool) {
	if len(text) >= len(prefix) && text[:len(prefix)] == prefix {
		return text[len(prefix):], true
	}
	return "", false
}

// Settings merges flags, environment, .bcpaas.yaml and the profile, once.
func (e *Env) Settings() (*config.Settings, error) {
	if e.settings != nil {
		return e.settings, nil
	}
	settings, err := config.Load(e.Sources())
	if err != nil {
		return nil, err
	}
	e.settings = settings
	return settings, nil
}

// Sources are the places settings come from.
func (e *Env) Sources() config.Sources {
	workDir, err := os.Getwd()
	if err != nil {
		workDir = "" // a deleted folder has no .bcpaas.yaml
	}
	return config.Sources{Getenv: e.Getenv, HomeDir: e.HomeDir(), WorkDir: workDir, Flags: e.Global.given}
}

// HomeDir is the user's home folder, or "" when there is none.
func (e *Env) HomeDir() string {
	if home := e.Getenv("HOME"); home != "" {
		return home
	}
	return e.Getenv("USERPROFILE")
}

// CacheDir is where short-lived answers are kept, or "" when there is no place.
func (e *Env) CacheDir() string {
	if dir := e.Getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "bcpaas")
	}
	if dir := e.Getenv("LocalAppData"); dir != "" {
		return filepath.Join(dir, "bcpaas", "cache")
	}
	if home := e.HomeDir(); home != "" {
		return filepath.Join(home, ".cache", "bcpaas")
	}
	return ""
}

// Printer checks the output format before anything is contacted.
func (e *Env) Printer() (*output.Printer, error) {
	settings, err := e.Settings()
	if err != nil {
		return nil, err
	}
	printer, err := output.New(e.Out, output.Options{
		Format: settings.Output, NoHeaders: e.Global.NoHeaders, Color: settings.Color,
		TTY: output.IsTerminal(e.Out), Width: output.TerminalWidth(e.Out, e.Getenv),
		ASCII: e.Getenv("BCPAAS_ASCII") == "1", Getenv: e.Getenv,
	})
	if err != nil && e.Global.Given("output") == "" && e.Global.Given("color") == "" {
		return nil, fmt.Errorf("reading the settings (output from %s, color from %s): %w", settings.Origins["output"], settings.Origins["color"], err)
	}
	return printer, err
}

// Interactive tells whether a question can be asked.
func (e *Env) Interactive() bool {
	in, ok := e.In.(*os.File)
	return ok && output.IsTerminal(in) && output.IsTerminal(e.Err)
}

// Note tells the user something on stderr that is neither data nor an error. --quiet silences it.
func (e *Env) Note(format string, args ...any) {
	if !e.Global.Quiet {
		fmt.Fprintln(e.Err, output.Safe(fmt.Sprintf(format, args...)))
	}
}

// Warn tells of something that may be wrong. --quiet does not silence it.
func (e *Env) Warn(format string, args ...any) {
	fmt.Fprintln(e.Err, output.Safe("warning: "+fmt.Sprintf(format, args...)))
}

// Within bounds a verb by its time limit; zero is no limit.
func Within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}
