package facts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// An Error is a request that got no usable response.
type Error struct {
	// Method is the ID of the method, such as iam.projects.serviceAccounts.get.
	Method string
	// Resource is the relative or full name of the request's resource.
	Resource string
	// Code is the HTTP status; 0 if there was no response, or if it could not be
	// decoded.
	Code int
	// Status is Google's name for the code, such as NOT_FOUND; empty if the
	// response is not from Google.
	Status string
	// Reason, Domain and Metadata are the fields of google.rpc.ErrorInfo; empty if
	// the response has none.
	Reason, Domain string
	Metadata       map[string]string
	// Message is Google's, or says what is wrong with the response.
	Message string
	// Err is the underlying error; nil if there is none.
	Err error
}

// Error implements error. The message contains no token and no control character.
func (e *Error) Error() string {
	message := e.Message
	if message == "" && e.Err != nil {
		message = e.Err.Error()
	}
	message = printable(redact(message))
	if e.Code != 0 {
		message = fmt.Sprintf("%d %s", e.Code, message)
	}
	if e.Method == "" {
		return message
	}
	return fmt.Sprintf("%s of %s: %s", e.Method, printable(redact(e.Resource)), message)
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether Google says that the resource does not exist. A proxy
// or a load balancer can respond with a 404 too, but without Google's status.
func (e *Error) NotFound() bool { return e.Code == http.StatusNotFound && e.Status == "NOT_FOUND" }

// Unauthorized reports whether the credentials were rejected.
func (e *Error) Unauthorized() bool {
	return e.Code == http.StatusUnauthorized || e.Method == "oauth2.tokeninfo" && e.Code == http.StatusBadRequest
}

// Unreachable reports whether the request was sent and there was no response, or
// none before the timeout.
func (e *Error) Unreachable() bool { return e.NoAnswerReason() != "" }

// QuotaError reports whether the request was not sent, since the quota is used up.
func (e *Error) QuotaError() (*QuotaError, bool) {
	var q *QuotaError
	ok := errors.As(e.Err, &q)
	return q, ok
}

// NoAnswerReason returns why there was no response; empty if there was one. It does not
// mention the request, so that it is the same for all requests that failed for
// the same reason.
func (e *Error) NoAnswerReason() string {
	var u *url.Error
	_, isQuota := e.QuotaError()
	switch {
	case e.Code != 0 || e.Err == nil || isQuota:
		return ""
	case errors.Is(e.Err, context.DeadlineExceeded):
		return "timed out"
	case errors.As(e.Err, &u):
		return printable(redact(u.Err.Error()))
	}
	return ""
}

// ServiceDisabled reports whether an API is disabled, which one, and in which
// project: the one that the request is billed to, as projects/NUMBER.
// https://docs.cloud.google.com/service-usage/docs/reference/rpc/google.rpc#errorinfo
func (e *Error) ServiceDisabled() (service, consumer string, ok bool) {
	return e.Metadata["service"], e.Metadata["consumer"], e.Reason == "SERVICE_DISABLED"
}

// UserProjectDenied reports whether the caller may not use the quota project.
func (e *Error) UserProjectDenied() bool { return e.Reason == "USER_PROJECT_DENIED" }

// Denied reports whether the caller is missing a permission.
func (e *Error) Denied() bool {
	_, _, disabled := e.ServiceDisabled()
	return e.Code == http.StatusForbidden && !disabled && !e.UserProjectDenied()
}

var tokens = regexp.MustCompile(`(?i)(access_token=|bearer\s+)[^\s"'&]+|ya29\.[\w.-]+|eyJ[\w-]{8,}\.[\w.-]+`)

// redact removes everything that looks like a token.
func redact(s string) string {
	return tokens.ReplaceAllString(s, "${1}REDACTED")
}

// printable returns a message without control characters, so that it stays on one
// line, and truncated if it is long.
func printable(s string) string {
	const maxLength = 600 // bytes
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) > maxLength {
		s = strings.ToValidUTF8(s[:maxLength], "") + "…"
	}
	return s
}

// A QuotaError says that a request was not sent, since the quota has no room for
// it before the context ends.
type QuotaError struct {
	// API is the name of the API, as people know it.
	API string
	// PerMinute is how many requests the quota allows in a minute.
	PerMinute int
}

// Error implements error.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("the quota of %d requests per minute to %s is used up", e.PerMinute, e.API)
}

// NotFoundError returns the error for a resource that is missing from a complete list.
func NotFoundError(method, resource string) *Error {
	return &Error{Method: method, Resource: resource, Code: http.StatusNotFound, Status: "NOT_FOUND", Message: "not found"}
}

// AsError returns the structured error of an answer, or one that wraps err if it is
// none.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Err: err}
}
