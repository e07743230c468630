package command

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/bcpaas/bcpaas/pkg/fault"
	"github.com/bcpaas/bcpaas/pkg/output"
)

// Confirm asks a yes-or-no question on stderr. yes is the flag that answers it. Without a terminal and without the
// flag it is a usage fault that names the flag, so that no script waits for an answer that can't come.
func (e *Env) Confirm(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	answer, err := e.ask(ctx, question+" [y/N] ", "--yes")
	if err != nil {
		return err
	}
	if word := strings.ToLower(answer); word == "y" || word == "yes" {
		return nil
	}
	return fault.New(fault.Other, "not confirmed: nothing was changed").WithCode("not_confirmed")
}

// ConfirmName asks for the name of what goes for good, typed out.
func (e *Env) ConfirmName(ctx context.Context, question, name string, yes bool) error {
	if yes {
		return nil
	}
	answer, err := e.ask(ctx, fmt.Sprintf("%s Type %s to go on: ", question, name), "--yes")
	if err != nil {
		return err
	}
	if answer == name {
		return nil
	}
	return fault.New(fault.Other, "%q is not %s: nothing was changed", answer, name).WithCode("not_confirmed")
}

func (e *Env) ask(ctx context.Context, question, flag string) (string, error) {
	if !e.Interactive() {
		return "", fault.New(fault.Usage, "this needs a confirmation and there is no terminal: %s", strings.TrimSpace(question)).
			WithHint("give %s to go on without being asked", flag)
	}
	fmt.Fprint(e.Err, output.Safe(question))
	type line struct {
		text string
		err  error
	}
	answered := make(chan line, 1)
	go func() { // a read from a terminal can't be cancelled: it is left behind when ctx ends
		text, err := bufio.NewReader(e.In).ReadString('\n')
		answered <- line{strings.TrimSpace(text), err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(e.Err)
		return "", fault.New(fault.Interrupted, "interrupted: nothing was changed")
	case got := <-answered:
		if got.err != nil && got.text == "" {
			return "", fault.New(fault.Other, "no answer: nothing was changed").WithCode("not_confirmed")
		}
		return got.text, nil
	}
}
