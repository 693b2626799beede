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

// An Error is a question that got no usable answer.
type Error struct {
	// Method is the ID of the method, such as iam.projects.serviceAccounts.get.
	Method string
	// Resource is what was asked about.
	Resource string
	// Code is the HTTP status; 0 where there was no answer, or none that could
	// be understood.
	Code int
	// Status is the name that Google gives the code, such as NOT_FOUND; empty
	// where the answer is not Google's.
	Status string
	// Reason and Domain are those of google.rpc.ErrorInfo; may be empty.
	Reason, Domain string
	// Metadata is that of google.rpc.ErrorInfo.
	Metadata map[string]string
	// Message is Google's, or says what is wrong with the answer.
	Message string
	// Err is the fault underneath; may be nil.
	Err error
}

// Error implements error. It holds no token and no control character.
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

// Unwrap is the fault underneath.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether the resource is not there, in Google's own words: a
// proxy or a balancer on the way can answer 404 too, and knows nothing of it.
func (e *Error) NotFound() bool { return e.Code == http.StatusNotFound && e.Status == "NOT_FOUND" }

// Unauthorized reports whether the credentials were not accepted.
func (e *Error) Unauthorized() bool {
	return e.Code == http.StatusUnauthorized || e.Method == "oauth2.tokeninfo" && e.Code == http.StatusBadRequest
}

// Unreachable reports whether there was no answer at all, or none in time,
// though the question was asked.
func (e *Error) Unreachable() bool { return e.Silence() != "" }

// Quota reports whether a question was not asked, since the quota left no room
// for it in time.
func (e *Error) Quota() (*QuotaError, bool) {
	var q *QuotaError
	ok := errors.As(e.Err, &q)
	return q, ok
}

// Silence says why there was no answer, without what was asked: for all
// questions that met the same fault it is the same. Empty where there was one.
func (e *Error) Silence() string {
	var u *url.Error
	_, unasked := e.Quota()
	switch {
	case e.Code != 0 || e.Err == nil || unasked:
		return ""
	case errors.Is(e.Err, context.DeadlineExceeded):
		return "the time was up"
	case errors.As(e.Err, &u):
		return printable(redact(u.Err.Error()))
	}
	return ""
}

// ServiceDisabled reports whether an API is off, which, and in which project:
// that which the request is billed to, as projects/NUMBER.
// https://docs.cloud.google.com/service-usage/docs/reference/rpc/google.rpc#errorinfo
func (e *Error) ServiceDisabled() (service, consumer string, ok bool) {
	return e.Metadata["service"], e.Metadata["consumer"], e.Reason == "SERVICE_DISABLED"
}

// UserProjectDenied reports whether the caller may not use the quota project.
func (e *Error) UserProjectDenied() bool { return e.Reason == "USER_PROJECT_DENIED" }

// Denied reports whether the caller lacks a permission.
func (e *Error) Denied() bool {
	_, _, off := e.ServiceDisabled()
	return e.Code == http.StatusForbidden && !off && !e.UserProjectDenied()
}

var secrets = regexp.MustCompile(`(?i)(access_token=|bearer\s+)[^\s"'&]+|ya29\.[\w.-]+|eyJ[\w-]{8,}\.[\w.-]+`)

// redact takes out whatever looks like a token.
func redact(s string) string {
	return secrets.ReplaceAllString(s, "${1}REDACTED")
}

// printable keeps a message on one line, free of control characters, and short.
func printable(s string) string {
	const most = 600
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// A QuotaError says that a question was not asked, since the quota leaves no
// room for it in time.
type QuotaError struct {
	// API is whose quota it is, as people call it.
	API string
	// PerMinute is how many requests a minute has.
	PerMinute int
}

// Error implements error.
func (e *QuotaError) Error() string {
	return fmt.Sprintf("the quota of %d requests a minute to %s leaves no room in time", e.PerMinute, e.API)
}

// NotThere is the error of a resource that a complete list does not have.
func NotThere(method, resource string) *Error {
	return &Error{Method: method, Resource: resource, Code: http.StatusNotFound, Status: "NOT_FOUND", Message: "not found"}
}
