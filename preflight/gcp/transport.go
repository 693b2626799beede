package gcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/oauth2"
)

// maxConcurrent bounds how many requests are under way at once: all that can be
// asked together of a dozen projects, which goes to several hosts.
const maxConcurrent = 128

// maxPerHost bounds how many requests are under way to one host: as many as go
// over one connection of HTTP/2, before its server says otherwise.
const maxPerHost = 100

// maxAnswer bounds an answer, in bytes. The largest policies have some
// megabytes: 1,500 members, each with a long name.
const maxAnswer = 64 << 20

// maxAnswers bounds all answers of a run together, in bytes: those that are
// being read, and those that were, which are kept in one form or another. The
// 8,000 answers about 1,000 projects have some 100 MiB.
const maxAnswers = 256 << 20

// bounds limits the requests that are under way, and what comes of them: an
// answer or an error that tells the token which was sent is passed on without.
type bounds struct {
	next  http.RoundTripper
	slots slots
	// room is what is left of maxAnswers, in bytes.
	room atomic.Int64

	mu    sync.Mutex
	hosts map[string]slots
}

// slots are as many as its capacity.
type slots chan struct{}

func (s slots) take(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slots) free() { <-s }

func newBounds(next http.RoundTripper) *bounds {
	b := &bounds{next: next, slots: make(slots, maxConcurrent), hosts: map[string]slots{}}
	b.room.Store(maxAnswers)
	return b
}

func (b *bounds) of(host string) slots {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hosts[host] == nil {
		b.hosts[host] = make(slots, maxPerHost)
	}
	return b.hosts[host]
}

// RoundTrip implements http.RoundTripper. The body is read here, so that an
// answer cut short is an error of the attempt, which can be made again.
func (b *bounds) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range []slots{b.of(r.URL.Host), b.slots} {
		if err := s.take(r.Context()); err != nil {
			return nil, err
		}
		defer s.free()
	}
	response, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, hushed(r, err)
	}
	defer response.Body.Close()
	body, err := b.readAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(hush(r, body)))
	return response, nil
}

// readAll reads an answer whole. One that does not come whole, or is too long,
// leaves no less room for others.
func (b *bounds) readAll(r io.Reader) ([]byte, error) {
	answer := &roomReader{in: r, room: &b.room}
	body, err := io.ReadAll(io.LimitReader(answer, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = backoff.Permanent(fmt.Errorf("the answer is longer than %d MiB", maxAnswer>>20))
	}
	if err != nil {
		b.room.Add(answer.taken)
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return body, nil
}

// A roomReader takes from room what it reads.
type roomReader struct {
	in    io.Reader
	room  *atomic.Int64
	taken int64
}

// Read implements io.Reader.
func (r *roomReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.taken += int64(n)
	if r.room.Add(-int64(n)) < 0 {
		return n, backoff.Permanent(fmt.Errorf("the answers are longer than %d MiB in all, which is the most that is read", maxAnswers>>20))
	}
	return n, err
}

// hush takes the token of a request out of what was answered to it. Proxies
// tell what they were sent.
func hush(r *http.Request, text []byte) []byte {
	// Less is no token of Google's, and could stand anywhere by chance.
	const least = 8
	token := bearer(r)
	if len(token) < least {
		return text
	}
	text = bytes.ReplaceAll(text, []byte(token), []byte("REDACTED"))
	return bytes.ReplaceAll(text, []byte(url.QueryEscape(token)), []byte("REDACTED"))
}

func hushed(r *http.Request, err error) error {
	text := string(hush(r, []byte(err.Error())))
	if text == err.Error() {
		return err
	}
	return &hushedError{text, err}
}

// A hushedError is an error under another text.
type hushedError struct {
	text string
	err  error
}

func (e *hushedError) Error() string { return e.text }
func (e *hushedError) Unwrap() error { return e.err }

// credentialed puts the caller's token on requests.
type credentialed struct {
	next         http.RoundTripper
	tokens       tokens
	quotaProject string
}

// RoundTrip implements http.RoundTripper.
func (c *credentialed) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isGoogle(r.URL.Host) {
		return nil, backoff.Permanent(fmt.Errorf("%s is not a host of Google's: no token is sent there", r.URL.Host))
	}
	token, err := c.tokens.token(r.Context())
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	if c.quotaProject != "" {
		r.Header.Set("X-Goog-User-Project", c.quotaProject)
	}
	if r.URL.Path == "/tokeninfo" {
		r.URL.RawQuery = url.Values{"access_token": {token}}.Encode()
	}
	return c.next.RoundTrip(r)
}

// endpoint sends requests elsewhere.
type endpoint struct {
	next http.RoundTripper
	to   *url.URL
}

// atEndpoint wraps next so that https://HOST/PATH goes to address/HOST/PATH.
func atEndpoint(address string, next http.RoundTripper) (http.RoundTripper, error) {
	if address == "" {
		return next, nil
	}
	to, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil || to.Host == "" || to.RawQuery != "" || to.User != nil {
		return nil, fmt.Errorf("endpoint %q: want a URL such as http://127.0.0.1:8085", address)
	}
	if to.Scheme != "https" && (to.Scheme != "http" || !isLoopback(to.Hostname())) {
		return nil, fmt.Errorf("endpoint %q: want https, or http to a loopback address: tokens go there", address)
	}
	return &endpoint{next: next, to: to}, nil
}

func isGoogle(host string) bool { return strings.HasSuffix(host, ".googleapis.com") }

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// RoundTrip implements http.RoundTripper.
func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isGoogle(r.URL.Host) {
		return e.next.RoundTrip(r)
	}
	r = r.Clone(r.Context())
	u := *r.URL
	u.Scheme, u.Host = e.to.Scheme, e.to.Host
	u.Path = e.to.Path + "/" + r.URL.Host + r.URL.Path
	u.RawPath = e.to.EscapedPath() + "/" + r.URL.Host + r.URL.EscapedPath()
	r.URL, r.Host = &u, e.to.Host
	return e.next.RoundTrip(r)
}

// retrying asks again after faults that pass.
type retrying struct {
	next    http.RoundTripper
	quotas  quotas
	backoff func() backoff.BackOff
	attempt time.Duration
}

// Attempts, at most: of answers that say to come back, and of connections that
// cannot be made, which seldom heal within seconds.
const (
	maxAttempts    = 6
	maxConnections = 3
)

// RoundTrip implements http.RoundTripper. The last answer is returned as it
// is, so that its error can be read.
func (t *retrying) RoundTrip(r *http.Request) (*http.Response, error) {
	pauses := t.pauses()
	for n := 1; ; n++ {
		response, err := t.once(r, n)
		wait, again := retry(r, response, err, n)
		if !again {
			return response, err
		}
		if wait == 0 {
			wait = pauses.NextBackOff()
		}
		if !sleep(r.Context(), wait) {
			return response, err
		}
	}
}

func (t *retrying) pauses() backoff.BackOff {
	if t.backoff != nil {
		return t.backoff()
	}
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = 300 * time.Millisecond
	b.MaxInterval = 8 * time.Second
	return b
}

// once makes the nth attempt with a fresh body. What it waits for the quota is
// not of the attempt's own time.
func (t *retrying) once(r *http.Request, n int) (*http.Response, error) {
	if err := t.quotas.await(r, n); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), t.attempt)
	defer cancel()
	attempt := r.Clone(ctx)
	if r.GetBody != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		attempt.Body = body
	}
	return t.next.RoundTrip(attempt)
}

// retry says whether to ask again, and after what pause if the answer names
// one.
func retry(r *http.Request, response *http.Response, err error, n int) (time.Duration, bool) {
	if r.Context().Err() != nil || n >= maxAttempts {
		return 0, false
	}
	if err != nil {
		var permanent *backoff.PermanentError
		return 0, !errors.As(err, &permanent) && n < maxConnections
	}
	if response.StatusCode == http.StatusTooManyRequests && strings.HasPrefix(r.URL.Path, denyPath) {
		// Five reads a minute: coming back soon does not help.
		return 0, false
	}
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return retryAfter(response.Header.Get("Retry-After")), true
	}
	return 0, false
}

// retryAfter reads seconds. Google sends no dates.
func retryAfter(header string) time.Duration {
	seconds, err := strconv.Atoi(header)
	if err != nil || seconds < 0 || seconds > 600 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// sleep waits, and reports whether it did: not if the context would end first.
func sleep(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tokens gives the token of a caller.
type tokens interface {
	token(ctx context.Context) (string, error)
}

// sourceTokens are those of an oauth2.TokenSource.
type sourceTokens struct{ source oauth2.TokenSource }

func (s sourceTokens) token(context.Context) (string, error) {
	t, err := s.source.Token()
	if err != nil {
		return "", fmt.Errorf("get a token: %w", err)
	}
	return t.AccessToken, nil
}

func tokensOf(source any) tokens {
	if t, ok := source.(tokens); ok {
		return t
	}
	return sourceTokens{oauth2.ReuseTokenSource(nil, source.(oauth2.TokenSource))}
}
