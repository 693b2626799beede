package gcp

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"gke-preflight/preflight/facts"
)

// quotaWindow is a minute and a second: requests that are sent a minute apart may
// arrive a little less than a minute apart.
const quotaWindow = 61 * time.Second

// A quota is a sliding window: it lets at most so many requests through in any
// minute, and none waits before the quota is used up. A token bucket would let
// twice as many through in its first minute.
type quota struct {
	api  string
	host string
	path string // prefix of the path
	// noWait reports that requests fail rather than wait if the quota is used up.
	// Only first attempts count: a transient error must not cost another request
	// its place, and at worst Google refuses the retry.
	noWait bool

	mu     sync.Mutex
	starts []time.Time // of the last requests, as a ring
	next   int         // index of the oldest of starts
}

// knownQuotas returns the quotas that a run can reach. IAM allows 6,000 reads a
// minute and IAM Credentials 60,000, which no run comes near.
// https://docs.cloud.google.com/iam/quotas
// https://docs.cloud.google.com/service-usage/docs/quotas
//
// No page documents the quota of Resource Manager; its error messages do:
// "quota_limit": "ReadRequestsPerMinutePerProject", "quota_limit_value": "1200".
// https://gist.github.com/danjamesmay/ce3e049831e6f6bb323964717d9f02b6
func knownQuotas() quotas {
	return quotas{
		newQuota("deny policies (IAM v2)", "iam.googleapis.com", denyPath, 5).withoutWaiting(),
		newQuota("IAM", "iam.googleapis.com", "/", 6000),
		newQuota("Service Usage", "serviceusage.googleapis.com", "/", 240),
		newQuota("Resource Manager", "cloudresourcemanager.googleapis.com", "/", 1200),
	}
}

func newQuota(api, host, path string, perMinute int) *quota {
	return &quota{api: api, host: host, path: path, starts: make([]time.Time, perMinute)}
}

func (q *quota) withoutWaiting() *quota {
	q.noWait = true
	return q
}

// reserve reserves a place for a request, and returns how long to wait for it. It
// reserves nothing and returns false if that is longer than maxWait.
func (q *quota) reserve(now time.Time, maxWait time.Duration) (time.Duration, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var wait time.Duration
	if oldest := q.starts[q.next]; !oldest.IsZero() {
		wait = max(0, oldest.Add(quotaWindow).Sub(now))
	}
	if wait > maxWait {
		return 0, false
	}
	q.starts[q.next] = now.Add(wait)
	q.next = (q.next + 1) % len(q.starts)
	return wait, true
}

// maxWait returns how long a request may wait for its place: until the deadline
// of the context, or forever if it has none.
func (q *quota) maxWait(ctx context.Context, now time.Time) time.Duration {
	const forever = 1<<63 - 1
	deadline, ok := ctx.Deadline()
	switch {
	case q.noWait:
		return 0
	case ok:
		return max(0, deadline.Sub(now))
	}
	return forever
}

// quotas are shared by all clients of a run.
type quotas []*quota

// wait waits until the nth attempt of r may be made. Its errors are permanent.
func (qs quotas) wait(r *http.Request, n int) error {
	q := qs.find(r)
	if q == nil || q.noWait && n > 1 {
		return nil
	}
	now := time.Now()
	wait, ok := q.reserve(now, q.maxWait(r.Context(), now))
	if !ok {
		return permanent(&facts.QuotaError{API: q.api, PerMinute: len(q.starts)})
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
		return permanent(r.Context().Err())
	}
}

// find returns the quota that r counts against; nil if there is none.
func (qs quotas) find(r *http.Request) *quota {
	for _, q := range qs {
		if r.URL.Host == q.host && strings.HasPrefix(r.URL.Path, q.path) {
			return q
		}
	}
	return nil
}
