// Package fault holds the kinds of error that bcpaas tells apart, and the exit code of each.
//
// A fault is made where the cause is known (a store, a rule), travels up wrapped with %w, and is turned into words and
// an exit code in one place, cli.Main. The package needs the standard library only, so that everything may import it.
package fault

import (
	"context"
	"errors"
	"fmt"
)

// Kind is a class of failure. Its zero value is Other.
type Kind int

// The kinds, in the order of the table of exit codes.
const (
	Other           Kind = iota // anything else
	Usage                       // the command line, a file or a setting is wrong; nothing was contacted
	NotFound                    // the named thing does not exist
	Unauthenticated             // not signed in, or the credential was refused
	Forbidden                   // signed in, without the right
	Conflict                    // exists already, or changed meanwhile
	NoVerdict                   // unreachable, or timed out before an answer
	Failed                      // it ran and failed
	Findings                    // a check found something
	RolledBack                  // it failed, and the state before was restored
	Interrupted                 // ended by the user
)

// Error is a failure with all that a person or a script needs to go on.
type Error struct {
	Kind    Kind
	Code    string // stable, lower_snake_case, e.g. "image_not_found"; empty means the kind's own code
	Object  string // what it concerns, e.g. "shop/cart"; may be empty
	Message string // "doing X to Y: cause", without a final period
	Hint    string // the next step, a command where there is one; may be empty

	Retryable bool  // whether the same call may succeed later by itself
	Cause     error // may be nil; reached by errors.Is and errors.As
}

func (e *Error) Error() string {
	switch {
	case e.Cause == nil:
		return e.Message
	case e.Message == "":
		return e.Cause.Error()
	default:
		return e.Message + ": " + e.Cause.Error()
	}
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes a fault of a kind from a format. A %w in the format becomes the chain of causes.
func New(kind Kind, format string, args ...any) *Error {
	wrapped := fmt.Errorf(format, args...)
	if errors.Unwrap(wrapped) == nil {
		return &Error{Kind: kind, Message: wrapped.Error()}
	}
	return &Error{Kind: kind, Cause: wrapped}
}

// WithHint adds the next step.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithCode sets the stable code.
func (e *Error) WithCode(code string) *Error {
	e.Code = code
	return e
}

// On names the object concerned.
func (e *Error) On(object string) *Error {
	e.Object = object
	return e
}

// KindOf is the kind of the outermost fault in the chain of err. An ended context without a fault around it is
// Interrupted (canceled) or NoVerdict (deadline). The kind of nil is not defined: ask only about errors.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return NoVerdict
	default:
		return Other
	}
}

// Is tells whether err is a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// ExitCode is what the process returns for err: 0 for nil, and by the table for everything else.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	var code *ExitError
	if errors.As(err, &code) {
		return code.Code
	}
	return KindOf(err).ExitCode()
}

// ExitError carries an exit code that is not ours to choose: that of a remote command. Err may be nil: then there is
// nothing to print.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap gives what is to be printed, if anything.
func (e *ExitError) Unwrap() error { return e.Err }
