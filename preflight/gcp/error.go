package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"google.golang.org/api/googleapi"
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

// failure makes an Error of what a client of google.golang.org/api returns. An
// Error from further below, such as that of a token, stays what it is.
func failure(method, resource string, err error) error {
	var below *Error
	if errors.As(err, &below) {
		return err
	}
	e := &Error{Method: method, Resource: resource, Err: err}
	var api *googleapi.Error
	if !errors.As(err, &api) {
		return e
	}
	e.Code, e.Message, e.Status = api.Code, api.Message, statusOf(api)
	if e.Message == "" {
		e.Message = http.StatusText(api.Code)
	}
	for _, d := range api.Details {
		e.detail(d)
	}
	return e
}

// detail reads google.rpc.ErrorInfo.
func (e *Error) detail(d any) {
	m, _ := d.(map[string]any)
	if m["@type"] != "type.googleapis.com/google.rpc.ErrorInfo" {
		return
	}
	e.Reason, _ = m["reason"].(string)
	e.Domain, _ = m["domain"].(string)
	metadata, _ := m["metadata"].(map[string]any)
	e.Metadata = make(map[string]string)
	for k, v := range metadata {
		e.Metadata[k], _ = v.(string)
	}
}

// odd is the error of an answer that cannot be used.
func odd(method, resource, what string) error {
	return &Error{Method: method, Resource: resource, Message: "the answer " + what}
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

// statusOf is the name of an error's code: as most services write it, or, for
// the older ones, by its reason.
// https://cloud.google.com/apis/design/errors
func statusOf(api *googleapi.Error) string {
	var body struct {
		Error struct {
			Status string `json:"status"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(api.Body), &body) == nil && body.Error.Status != "" {
		return body.Error.Status
	}
	for _, item := range api.Errors {
		if item.Reason == "notFound" {
			return "NOT_FOUND"
		}
	}
	return ""
}
