package gcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"

	"gke-preflight/preflight/facts"
)

// meter responds at once, and records the time of each request.
type meter struct {
	status int
	start  time.Time

	mu       sync.Mutex
	requests []time.Duration // since start
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = append(m.requests, time.Since(m.start))
	return &http.Response{
		StatusCode: m.status, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{}`)),
	}, nil
}

func newMeteredClient(t *testing.T, m *meter, replayed bool) *Client {
	t.Helper()
	m.start = time.Now()
	c, err := New(t.Context(), Options{
		Transport: m, Credentials: credentials(), NoQuotas: replayed,
		Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// getServices gets the services of n projects in parallel, and returns the errors.
func getServices(ctx context.Context, c *Client, n int) []error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { _, errs[i] = c.Services(ctx, fmt.Sprint("p", i), []string{"compute.googleapis.com"}) })
	}
	group.Wait()
	return errs
}

func countQuotaErrors(errs []error) (n int) {
	for _, err := range errs {
		var e *facts.Error
		if errors.As(err, &e) {
			if _, ok := e.QuotaError(); ok {
				n++
			}
		}
	}
	return n
}

// TestQuotaBurst: no request waits before the quota is used up, and no minute has
// more requests than the quota.
func TestQuotaBurst(t *testing.T) {
	for n, want := range map[int]time.Duration{240: 0, 241: quotaWindow, 480: quotaWindow, 1000: 4 * quotaWindow} {
		synctest.Test(t, func(t *testing.T) {
			m := &meter{status: 200}
			errs := getServices(t.Context(), newMeteredClient(t, m, false), n)
			if got := m.requests[len(m.requests)-1]; len(m.requests) != n || got != want {
				t.Errorf("%d requests: %d sent, the last after %s, want %s", n, len(m.requests), got, want)
			}
			if err := errors.Join(errs...); err != nil {
				t.Error(err)
			}
			for i := 240; i < len(m.requests); i++ {
				if m.requests[i]-m.requests[i-240] < time.Minute {
					t.Fatalf("requests %d to %d were sent within a minute", i-240, i)
				}
			}
		})
	}
}

// TestQuotaDeadline: requests that would have to wait until after the deadline
// fail at once with a QuotaError.
func TestQuotaDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{status: 200}
		c := newMeteredClient(t, m, false)
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		errs := getServices(ctx, c, 1000)
		if got := countQuotaErrors(errs); got != 520 || len(m.requests) != 480 {
			t.Errorf("%d quota errors and %d requests, want 520 and 480", got, len(m.requests))
		}
		if got := time.Since(m.start); got != quotaWindow {
			t.Errorf("took %s, want %s", got, quotaWindow)
		}
	})
}

// TestQuotaCancel: waiting for the quota ends with the context.
func TestQuotaCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newMeteredClient(t, &meter{status: 200}, false)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begin := time.Now()
		errs := getServices(ctx, c, 241)
		if err := errors.Join(errs...); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
			t.Errorf("got error %v after %s, want %v after 1s", err, time.Since(begin), context.Canceled)
		}
	})
}

// TestQuotaRetries: retries count against the quota, and so do the requests of
// derived clients.
func TestQuotaRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{status: 503}
		c := newMeteredClient(t, m, false)
		getServices(t.Context(), c, 40)
		if len(m.requests) != 40*maxAttempts || time.Since(m.start) != 0 {
			t.Fatalf("%d attempts in %s", len(m.requests), time.Since(m.start))
		}
		m.status = 200
		other, err := c.shared.client(t.Context(), newOAuthSource(credentials().TokenSource), "")
		if err != nil {
			t.Fatal(err)
		}
		getServices(t.Context(), other, 1)
		if got := time.Since(m.start); got != quotaWindow {
			t.Errorf("next request sent after %s, want %s", got, quotaWindow)
		}
	})
}

// TestQuotaDeny: requests for deny policies do not wait, but fail until the minute
// is over.
func TestQuotaDeny(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newMeteredClient(t, &meter{status: 200}, false)
		list := func() error { _, err := c.DenyPolicyIDs(t.Context(), "projects/acme-prod"); return err }
		for range 5 {
			if err := list(); err != nil {
				t.Fatal(err)
			}
		}
		if got := countQuotaErrors([]error{list()}); got != 1 {
			t.Error("sixth request: got no quota error")
		}
		time.Sleep(quotaWindow)
		if err := list(); err != nil {
			t.Error(err)
		}
	})
}

// TestQuotaReplayed: replaying a snapshot has no quotas.
func TestQuotaReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{status: 200}
		getServices(t.Context(), newMeteredClient(t, m, true), 1000)
		if got := time.Since(m.start); got != 0 || len(m.requests) != 1000 {
			t.Errorf("%d requests took %s, want 1000 in no time", len(m.requests), got)
		}
	})
}
