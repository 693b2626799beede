package gcp

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// maxAttempts is how often a request is sent at most.
	maxAttempts = 6
	// maxFailures is how many attempts may end without a response, such as when no
	// connection can be made. Such faults seldom pass within seconds.
	maxFailures = 3
)

// A permanentError is an error of a transport that no retry can change.
type permanentError struct{ err error }

func permanent(err error) error { return &permanentError{err} }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

// errTransient tells backoff.Retry to try again.
var errTransient = errors.New("transient error")

// retryTransport retries requests after transient errors.
type retryTransport struct {
	next   http.RoundTripper
	quotas quotas
	// backoff makes the pauses between attempts; nil for the default ones.
	backoff func() backoff.BackOff
	// timeout is that of each attempt.
	timeout time.Duration
}

// RoundTrip implements http.Transport. It returns the result of the last
// attempt, even if that is an error response, so that the caller can decode it.
func (t *retryTransport) RoundTrip(r *http.Request) (response *http.Response, err error) {
	n := 0
	p := &pauses{BackOff: t.newBackOff(), ctx: r.Context()}
	_, _ = backoff.Retry(r.Context(), func() (struct{}, error) {
		n++
		response, err = t.attempt(r, n)
		if !isTransient(r, response, err, n) {
			return struct{}{}, nil
		}
		p.retryAfter = retryAfter(response)
		return struct{}{}, errTransient
	}, backoff.WithBackOff(p), backoff.WithMaxTries(maxAttempts), backoff.WithMaxElapsedTime(0))
	return response, err
}

func (t *retryTransport) newBackOff() backoff.BackOff {
	if t.backoff != nil {
		return t.backoff()
	}
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 300 * time.Millisecond
	b.MaxInterval = 8 * time.Second
	return b
}

// attempt makes the nth attempt, with a fresh body. The time that it waits for
// the quota does not count against the attempt's timeout.
func (t *retryTransport) attempt(r *http.Request, n int) (*http.Response, error) {
	if err := t.quotas.wait(r, n); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.timeout)
	defer cancel()
	attempt := r.Clone(ctx)
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, permanent(err)
		}
		attempt.Body = body
	}
	return t.next.RoundTrip(attempt)
}

// isTransient reports whether the result of the nth attempt may be different at
// the next one.
func isTransient(r *http.Request, response *http.Response, err error, n int) bool {
	if err != nil {
		var p *permanentError
		return !errors.As(err, &p) && n < maxFailures
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		// The quota for deny policies is five reads a minute: retrying within
		// seconds does not help.
		return !strings.HasPrefix(r.URL.Path, denyPath)
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// pauses are the pauses between the attempts of one request: those of a BackOff,
// or what Retry-After says. A pause that would outlast the context ends the
// attempts at once. backoff.RetryAfter knows no deadline, and would return the
// context's error in place of the last response.
type pauses struct {
	backoff.BackOff
	ctx        context.Context
	retryAfter time.Duration // 0 if the last response had none
}

// NextBackOff implements backoff.BackOff.
func (p *pauses) NextBackOff() time.Duration {
	pause := p.retryAfter
	if pause == 0 {
		pause = p.BackOff.NextBackOff()
	}
	if deadline, ok := p.ctx.Deadline(); ok && time.Until(deadline) < pause {
		return backoff.Stop
	}
	return pause
}

// retryAfter returns the pause that the header Retry-After of a response asks
// for; 0 if there is none. Google sends seconds, not dates.
func retryAfter(response *http.Response) time.Duration {
	if response == nil {
		return 0
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 600 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
