package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

func TestExitCodeFollowsTheTable(t *testing.T) {
	for _, row := range fault.Table() {
		err := fmt.Errorf("deploying shop/cart: %w", fault.New(row.Kind, "cause"))
		if got := fault.ExitCode(err); got != row.Exit {
			t.Errorf("exit code of kind %s = %d, want %d", row.Code, got, row.Exit)
		}
	}
	for name, tt := range map[string]struct {
		err  error
		want int
	}{
		"nil":              {nil, 0},
		"plain":            {errors.New("x"), 1},
		"canceled":         {fmt.Errorf("x: %w", context.Canceled), 130},
		"deadline":         {fmt.Errorf("x: %w", context.DeadlineExceeded), 7},
		"remote code":      {fmt.Errorf("x: %w", &fault.ExitError{Code: 42}), 42},
		"outermost counts": {fault.New(fault.RolledBack, "a: %w", fault.New(fault.Failed, "b")), 10},
		"fault over ctx":   {fault.New(fault.NoVerdict, "a: %w", context.Canceled), 7},
	} {
		if got := fault.ExitCode(tt.err); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", name, got, tt.want)
		}
	}
}

func TestReportKeepsWhatAnInnerFaultSaid(t *testing.T) {
	inner := fault.New(fault.Failed, "image not found").WithCode("image_not_found").WithHint("list the tags").On("shop/cart")
	got := fault.ReportOf(fmt.Errorf("deploying shop/cart to prod: %w", inner))
	want := fault.Report{
		Code: "image_not_found", ExitCode: 8, Hint: "list the tags", Object: "shop/cart",
		Message: "deploying shop/cart to prod: image not found",
	}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestReportReadsJoinedErrors(t *testing.T) {
	got := fault.ReportOf(errors.Join(io.EOF, fault.New(fault.Forbidden, "no").WithHint("ask")))
	if got.Hint != "ask" || got.ExitCode != 5 {
		t.Errorf("got %+v", got)
	}
}

func TestOnlyNoVerdictIsRetryableByItself(t *testing.T) {
	for _, row := range fault.Table() {
		if got, want := fault.ReportOf(fault.New(row.Kind, "x")).Retryable, row.Kind == fault.NoVerdict; got != want {
			t.Errorf("kind %s: retryable %v, want %v", row.Code, got, want)
		}
	}
}

func TestNewKeepsTheChainOfCauses(t *testing.T) {
	err := fault.New(fault.NoVerdict, "reading x: %w", io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "reading x: unexpected EOF" {
		t.Errorf("got %q", err)
	}
}
