package kube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/bcpaas/bcpaas/pkg/fault"
)

// classify turns what the server or the network said into a fault: "doing: cause".
func (c *Client) classify(err error, doing string) error {
	if err == nil {
		return nil
	}
	var already *fault.Error
	if errors.As(err, &already) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if errors.Is(err, context.Canceled) {
		return fault.New(fault.Interrupted, "%s: %w", doing, &statusError{text: "interrupted", err: context.Canceled})
	}
	if status := apierrors.APIStatus(nil); errors.As(err, &status) {
		return c.fromStatus(err, status.Status(), doing)
	}
	return c.fromNetwork(err, doing)
}

func (c *Client) fromStatus(err error, status metav1.Status, doing string) error {
	kind, hint := fault.Other, ""
	switch {
	case apierrors.IsNotFound(err):
		kind = fault.NotFound
	case apierrors.IsUnauthorized(err):
		kind = fault.Unauthenticated
		hint = fmt.Sprintf("the credential of context %s was refused: it may have expired; sign in again", c.name)
	case strings.Contains(status.Message, "exceeded quota"):
		return c.refused(err, status, doing, "quota_exceeded", "ask for less, or have the quota raised")
	case strings.Contains(status.Message, "denied the request"):
		return c.refused(err, status, doing, "admission_denied", "change what the webhook objects to")
	case apierrors.IsForbidden(err):
		kind = fault.Forbidden
	case apierrors.IsConflict(err), apierrors.IsAlreadyExists(err):
		kind = fault.Conflict
	case apierrors.IsResourceExpired(err), apierrors.IsGone(err):
		return fault.New(fault.NoVerdict, "%s: the list changed too much while it was being read", doing).
			WithHint("run the command again")
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err):
		kind = fault.Usage
	case apierrors.IsTimeout(err), apierrors.IsServerTimeout(err), apierrors.IsTooManyRequests(err),
		apierrors.IsServiceUnavailable(err), apierrors.IsInternalError(err), status.Code >= 500:
		kind = fault.NoVerdict
		hint = fmt.Sprintf("the API server of %s answers but can't serve this now; try again", c.name)
	}
	made := fault.New(kind, "%s: %s", doing, sentence(status))
	made.Cause, made.Message = &statusError{text: sentence(status), err: err}, doing
	return made.WithHint("%s", hint)
}

// refused is an answer 403 that is about the object and not about rights.
func (c *Client) refused(err error, status metav1.Status, doing, code, hint string) error {
	return &fault.Error{
		Kind: fault.Failed, Code: code, Message: doing, Hint: hint, Cause: &statusError{text: sentence(status), err: err},
	}
}

// statusError says what the server said in one line, and keeps its error for errors.As within this package's callers.
type statusError struct {
	text string
	err  error
}

func (e *statusError) Error() string { return e.text }
func (e *statusError) Unwrap() error { return e.err }

// sentence is the server's message as one line of bounded length: proxies in front of API servers answer with pages.
func sentence(status metav1.Status) string {
	text := strings.Join(strings.Fields(status.Message), " ")
	if strings.Contains(text, "<html") || strings.Contains(text, "<!DOCTYPE") {
		return fmt.Sprintf("HTTP status %d from something that is not an API server", status.Code)
	}
	const longest = 600
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "..."
	}
	if text == "" {
		text = fmt.Sprintf("HTTP status %d (%s)", status.Code, status.Reason)
	}
	return text
}

func (c *Client) fromNetwork(err error, doing string) error {
	cause, hint := err, fmt.Sprintf("is the API server of %s (%s) up, and reachable from here?", c.name, c.Host())
	var inner *url.Error
	if errors.As(err, &inner) {
		cause = inner.Err // the outer text repeats the whole URL
	}
	var unknownCA x509.UnknownAuthorityError
	var wrongHost x509.HostnameError
	var badCert *tls.CertificateVerificationError
	var network net.Error
	switch {
	case errors.As(err, &unknownCA), errors.As(err, &wrongHost), errors.As(err, &badCert):
		hint = fmt.Sprintf("the certificate of %s is not one this context trusts: check certificate-authority in the kubeconfig", c.Host())
	case errors.Is(err, context.DeadlineExceeded):
		cause = &statusError{text: "no answer within the time limit", err: context.DeadlineExceeded}
	case strings.Contains(err.Error(), "getting credentials: exec"):
		return fault.New(fault.Unauthenticated, "%s: %w", doing, cause).
			WithHint("the credential command of context %s failed: run it by hand to see why", c.name)
	case errors.As(err, &network), isConnection(err):
	default:
		return fmt.Errorf("%s: %w", doing, cause)
	}
	return fault.New(fault.NoVerdict, "%s: %w", doing, cause).WithCode("unreachable").WithHint("%s", hint)
}

// isConnection tells errors of a broken connection that carry no type of their own.
func isConnection(err error) bool {
	text := err.Error()
	for _, sign := range []string{"unexpected EOF", "EOF", "http2: ", "connection reset", "connection refused", "use of closed network connection"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}
