package gcp

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// bearer returns the token of a request; empty if it has none.
func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// redactToken removes the token of a request from the response to it: proxies
// may echo what they received.
func redactToken(r *http.Request, text []byte) []byte {
	// Anything shorter is not a token of Google's, and may occur by chance.
	const minLength = 8
	token := bearer(r)
	if len(token) < minLength {
		return text
	}
	text = bytes.ReplaceAll(text, []byte(token), []byte("REDACTED"))
	return bytes.ReplaceAll(text, []byte(url.QueryEscape(token)), []byte("REDACTED"))
}

// redactError removes the token of a request from an error.
func redactError(r *http.Request, err error) error {
	text := string(redactToken(r, []byte(err.Error())))
	if text == err.Error() {
		return err
	}
	return &redactedError{text, err}
}

// A redactedError is an error with the access token removed from its message.
type redactedError struct {
	text string
	err  error
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
