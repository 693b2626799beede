package preflight_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkRoundTrips tells what asking costs where each answer takes as long
// as one from Google Cloud: in round trips one after another, and in requests.
func BenchmarkRoundTrips(b *testing.B) {
	const delay = 100 * time.Millisecond
	for _, name := range []string{"minimal", "named-service-account", "shared-vpc", "modules", "fleet"} {
		b.Run(name, func(b *testing.B) {
			next := newServer(b).RoundTripper()
			var requests atomic.Int64
			slow := roundTripper(func(r *http.Request) (*http.Response, error) {
				requests.Add(1)
				time.Sleep(delay)
				return next.RoundTrip(r)
			})
			for b.Loop() {
				checkFaulty(b, name, slow)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(delay), "round-trips/op")
			b.ReportMetric(float64(requests.Load())/float64(b.N), "requests/op")
		})
	}
}
