package fault

import "errors"

// Report is what is said of a failure, in the form that scripts read (printed under the key "error").
type Report struct {
	Code      string `json:"code"`
	ExitCode  int    `json:"exitCode"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
	Retryable bool   `json:"retryable"`
	Object    string `json:"object,omitempty"`
}

// ReportOf gathers the report of err, which must not be nil: the message is the whole chain, and each other field is
// that of the outermost fault that has it, so that a store's hint survives a verb's wrapping.
func ReportOf(err error) Report {
	report := Report{Message: err.Error(), ExitCode: ExitCode(err)}
	for _, fault := range faults(err) {
		report.Code = first(report.Code, fault.Code)
		report.Hint = first(report.Hint, fault.Hint)
		report.Object = first(report.Object, fault.Object)
		report.Retryable = report.Retryable || fault.Retryable
	}
	kind := KindOf(err)
	report.Code = first(report.Code, kind.Code())
	report.Retryable = report.Retryable || kind == NoVerdict
	return report
}

// faults lists the faults in the chain of err, outermost first; joined errors in their order.
func faults(err error) []*Error {
	var found []*Error
	if fault, ok := err.(*Error); ok { //nolint:errorlint // the chain is walked here link by link
		found = append(found, fault)
	}
	if next := errors.Unwrap(err); next != nil {
		return append(found, faults(next)...)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, next := range joined.Unwrap() {
			found = append(found, faults(next)...)
		}
	}
	return found
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
