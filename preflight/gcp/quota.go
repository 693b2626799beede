package gcp

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"gke-preflight/preflight/facts"
)

// quotaWindow is a minute and a second more: requests that are sent a minute
// apart may arrive a little less than that apart.
const quotaWindow = 61 * time.Second

// A quota is how many requests a minute may have. In any minute there are no
// more: a bucket that is refilled over time would let twice as many through in
// its first minute. Up to the quota nothing waits.
type quota struct {
	api  string
	host string
	path string // how the path begins
	// impatient is a quota that is not waited for. Only first attempts count: a
	// fault that passes must not cost the answer to another question, and one
	// attempt more is refused by Google at worst.
	impatient bool

	mu     sync.Mutex
	starts []time.Time // of the last requests, as a ring
	next   int
}

// knownQuotas are those that a run can reach. IAM has 6,000 reads a minute and
// IAM Credentials 60,000, which no run comes near.
// https://docs.cloud.google.com/iam/quotas
// https://docs.cloud.google.com/service-usage/docs/quotas
//
// No page tells that of Resource Manager; its own refusals do:
// "quota_limit": "ReadRequestsPerMinutePerProject", "quota_limit_value": "1200".
// https://gist.github.com/danjamesmay/ce3e049831e6f6bb323964717d9f02b6
func knownQuotas() quotas {
	return quotas{
		newQuota("deny policies (IAM v2)", "iam.googleapis.com", denyPath, 5).unwaited(),
		newQuota("IAM", "iam.googleapis.com", "/", 6000),
		newQuota("Service Usage", "serviceusage.googleapis.com", "/", 240),
		newQuota("Resource Manager", "cloudresourcemanager.googleapis.com", "/", 1200),
	}
}

func newQuota(api, host, path string, perMinute int) *quota {
	return &quota{api: api, host: host, path: path, starts: make([]time.Time, perMinute)}
}

func (q *quota) unwaited() *quota {
	q.impatient = true
	return q
}

// reserve gives a request its place, and says how long to wait for it. A place
// that comes later than patience allows is not taken.
func (q *quota) reserve(now time.Time, patience time.Duration) (time.Duration, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var wait time.Duration
	if oldest := q.starts[q.next]; !oldest.IsZero() {
		wait = max(0, oldest.Add(quotaWindow).Sub(now))
	}
	if wait > patience {
		return 0, false
	}
	q.starts[q.next] = now.Add(wait)
	q.next = (q.next + 1) % len(q.starts)
	return wait, true
}

// patience is how long a request may wait for its place: until the context
// ends, if ever.
func (q *quota) patience(ctx context.Context, now time.Time) time.Duration {
	const forever = 1<<63 - 1
	deadline, ok := ctx.Deadline()
	switch {
	case q.impatient:
		return 0
	case ok:
		return max(0, deadline.Sub(now))
	}
	return forever
}

// quotas are kept over a whole run, by all clients together.
type quotas []*quota

// await waits until the nth attempt at r may be made. Its errors are permanent.
func (qs quotas) await(r *http.Request, n int) error {
	q := qs.of(r)
	if q == nil || q.impatient && n > 1 {
		return nil
	}
	now := time.Now()
	wait, ok := q.reserve(now, q.patience(r.Context(), now))
	if !ok {
		return backoff.Permanent(&facts.QuotaError{API: q.api, PerMinute: len(q.starts)})
	}
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return backoff.Permanent(r.Context().Err())
	}
}

// of is the quota that r counts against; nil where there is none.
func (qs quotas) of(r *http.Request) *quota {
	for _, q := range qs {
		if r.URL.Host == q.host && strings.HasPrefix(r.URL.Path, q.path) {
			return q
		}
	}
	return nil
}
