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

// meter answers at once, and keeps when it was asked.
type meter struct {
	status int
	mu     sync.Mutex
	asked  []time.Duration
	begin  time.Time
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, time.Since(m.begin))
	return &http.Response{
		StatusCode: m.status, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{}`)),
	}, nil
}

func metered(t *testing.T, m *meter, replayed bool) *Client {
	t.Helper()
	m.begin = time.Now()
	c, err := New(t.Context(), Options{
		HTTP: m, Credentials: credentials(), Replayed: replayed,
		Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// askServices asks about n projects side by side, and returns the errors.
func askServices(ctx context.Context, c *Client, n int) []error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { _, errs[i] = c.Services(ctx, fmt.Sprint("p", i), []string{"compute.googleapis.com"}) })
	}
	group.Wait()
	return errs
}

func refusedByQuota(errs []error) (n int) {
	for _, err := range errs {
		var e *facts.Error
		if errors.As(err, &e) {
			if _, ok := e.Quota(); ok {
				n++
			}
		}
	}
	return n
}

// TestQuotaBurst: up to the quota nothing waits, and no minute has more.
func TestQuotaBurst(t *testing.T) {
	for n, want := range map[int]time.Duration{240: 0, 241: quotaWindow, 480: quotaWindow, 1000: 4 * quotaWindow} {
		synctest.Test(t, func(t *testing.T) {
			m := &meter{status: 200}
			errs := askServices(t.Context(), metered(t, m, false), n)
			if got := m.asked[len(m.asked)-1]; len(m.asked) != n || got != want {
				t.Errorf("%d questions: %d asked, the last after %s, want %s", n, len(m.asked), got, want)
			}
			if err := errors.Join(errs...); err != nil {
				t.Error(err)
			}
			for i := 240; i < len(m.asked); i++ {
				if m.asked[i]-m.asked[i-240] < time.Minute {
					t.Fatalf("questions %d to %d were asked within a minute", i-240, i)
				}
			}
		})
	}
}

// TestQuotaDeadline: what the quota has no room for before the end is not
// waited for, and the error says so.
func TestQuotaDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{status: 200}
		c := metered(t, m, false)
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		errs := askServices(ctx, c, 1000)
		if got := refusedByQuota(errs); got != 520 || len(m.asked) != 480 {
			t.Errorf("%d refused and %d asked, want 520 and 480", got, len(m.asked))
		}
		if got := time.Since(m.begin); got != quotaWindow {
			t.Errorf("took %s, want %s", got, quotaWindow)
		}
	})
}

// TestQuotaEnds: who waits for the quota goes when the context ends.
func TestQuotaEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := metered(t, &meter{status: 200}, false)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begin := time.Now()
		errs := askServices(ctx, c, 241)
		if err := errors.Join(errs...); !errors.Is(err, context.Canceled) || time.Since(begin) != time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
	})
}

// TestQuotaRetries: attempts count, and so does what a client derived from
// another asks.
func TestQuotaRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{status: 503}
		c := metered(t, m, false)
		askServices(t.Context(), c, 40)
		if len(m.asked) != 40*maxAttempts || time.Since(m.begin) != 0 {
			t.Fatalf("%d attempts in %s", len(m.asked), time.Since(m.begin))
		}
		m.status = 200
		other, err := c.shared.client(t.Context(), tokensOf(credentials().TokenSource), "")
		if err != nil {
			t.Fatal(err)
		}
		askServices(t.Context(), other, 1)
		if got := time.Since(m.begin); got != quotaWindow {
			t.Errorf("the next question was asked after %s, want %s", got, quotaWindow)
		}
	})
}

// TestQuotaDeny: deny policies are not waited for, and are read again when the
// minute is over.
func TestQuotaDeny(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := metered(t, &meter{status: 200}, false)
		ask := func() error { _, err := c.DenyPolicyIDs(t.Context(), "projects/acme-prod"); return err }
		for range 5 {
			if err := ask(); err != nil {
				t.Fatal(err)
			}
		}
		if got := refusedByQuota([]error{ask()}); got != 1 {
			t.Error("a sixth read was not refused")
		}
		time.Sleep(quotaWindow)
		if err := ask(); err != nil {
			t.Error(err)
		}
	})
}

// TestQuotaReplayed: a snapshot has no quotas.
func TestQuotaReplayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &meter{status: 200}
		askServices(t.Context(), metered(t, m, true), 1000)
		if got := time.Since(m.begin); got != 0 || len(m.asked) != 1000 {
			t.Errorf("%d questions took %s", len(m.asked), got)
		}
	})
}
