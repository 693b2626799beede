package gcp

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

const (
	// maxConcurrent is how many requests may be in flight at once: the parallel
	// requests for a dozen projects, which go to several hosts.
	maxConcurrent = 128
	// maxPerHost is how many requests to one host may be in flight at once: as many
	// streams as an Transport/2 connection has, unless its server allows more.
	maxPerHost = 100
	// maxResponse is the maximum size of a response, in bytes. The largest policies
	// have some megabytes: 1,500 members, each with a long name.
	maxResponse = 64 << 20
	// maxResponses is the maximum size of all responses of a run together, in
	// bytes: those being read, and those read before, which stay in memory in one
	// form or another. The 8,000 responses for 1,000 projects have some 100 MiB.
	maxResponses = 256 << 20
)

// limits is a transport that limits how many requests are in flight and how much
// memory their responses take. It also redacts the request's token from
// responses and errors.
type limits struct {
	next  http.RoundTripper
	total semaphore
	// budget is how many bytes of maxResponses are left.
	budget atomic.Int64

	mu    sync.Mutex
	hosts map[string]semaphore
}

// A semaphore lets as many in as its capacity.
type semaphore chan struct{}

func (s semaphore) acquire(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s semaphore) release() { <-s }

func newLimits(next http.RoundTripper) *limits {
	l := &limits{next: next, total: make(semaphore, maxConcurrent), hosts: map[string]semaphore{}}
	l.budget.Store(maxResponses)
	return l
}

// host returns the semaphore of a host.
func (l *limits) host(host string) semaphore {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hosts[host] == nil {
		l.hosts[host] = make(semaphore, maxPerHost)
	}
	return l.hosts[host]
}

// RoundTrip implements http.Transport. It reads the whole body, so that a
// truncated response is an error of the attempt, which can be retried.
func (l *limits) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, s := range []semaphore{l.host(r.URL.Host), l.total} {
		if err := s.acquire(r.Context()); err != nil {
			return nil, err
		}
		defer s.release()
	}
	response, err := l.next.RoundTrip(r)
	if err != nil {
		return nil, redactError(r, err)
	}
	defer response.Body.Close()
	body, err := l.readAll(response.Body)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(redactToken(r, body)))
	return response, nil
}

// readAll reads a response. A response that is truncated or too long gives back
// the budget that it used.
func (l *limits) readAll(r io.Reader) ([]byte, error) {
	limited := &budgetReader{next: r, budget: &l.budget}
	body, err := io.ReadAll(io.LimitReader(limited, maxResponse+1))
	if err == nil && len(body) > maxResponse {
		err = permanent(fmt.Errorf("the response is longer than %d MiB", maxResponse>>20))
	}
	if err != nil {
		l.budget.Add(limited.used)
		return nil, fmt.Errorf("read the response: %w", err)
	}
	return body, nil
}

// A budgetReader charges a budget for what it reads.
type budgetReader struct {
	next   io.Reader
	budget *atomic.Int64
	used   int64
}

// Read implements io.Reader.
func (r *budgetReader) Read(p []byte) (int, error) {
	n, err := r.next.Read(p)
	r.used += int64(n)
	if r.budget.Add(-int64(n)) < 0 {
		return n, permanent(fmt.Errorf("all responses together are longer than %d MiB, the limit of a run", maxResponses>>20))
	}
	return n, err
}
