package preflight_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// BenchmarkProjects tells what asking costs for a cluster in each of many
// projects: with each answer after a fixed delay, and without quotas, which
// TestQuotaBurst holds to their minutes.
func BenchmarkProjects(b *testing.B) {
	const delay = 100 * time.Millisecond
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data, next := manyProjects(b, n)
			var requests, peak atomic.Int64
			slow := roundTripper(func(r *http.Request) (*http.Response, error) {
				if requests.Add(1)%200 == 0 {
					peak.Store(max(peak.Load(), heapInUse()))
				}
				time.Sleep(delay)
				return next.RoundTrip(r)
			})
			before := heapInUse()
			var undetermined int
			for b.Loop() {
				undetermined = checkProjects(b, data, slow)
			}
			peak.Store(max(peak.Load(), heapInUse()))
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(delay), "round-trips/op")
			b.ReportMetric(float64(requests.Load())/float64(b.N), "requests/op")
			b.ReportMetric(float64(requests.Load())/float64(b.N)/float64(n), "requests/project")
			b.ReportMetric(float64(peak.Load()-before)/1e6, "heap-MB")
			b.ReportMetric(float64(undetermined), "undetermined")
		})
	}
}

func heapInUse() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

func checkProjects(b *testing.B, data []byte, transport http.RoundTripper) (undetermined int) {
	b.Helper()
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		b.Fatal(err)
	}
	client, err := gcp.New(b.Context(), gcp.Options{
		Transport: transport, NoQuotas: true,
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "deployer-token"}), Source: "a test"},
	})
	if err != nil {
		b.Fatal(err)
	}
	r, err := preflight.Check(b.Context(), p, client, preflight.Options{
		LookPath: lookPath, Impersonation: true, FailOn: need.Error, Table: iam.Predefined(), Now: noon, Credentials: "a test",
	})
	if err != nil {
		b.Fatal(err)
	}
	return r.Summary.Undetermined
}

// manyProjects is the plan minimal once for each of n projects, and the Google
// Cloud of the fixtures with them in it.
func manyProjects(b *testing.B, n int) ([]byte, http.RoundTripper) {
	b.Helper()
	cloud, err := os.ReadFile("../fixtures/clouds/acme.yaml")
	if err != nil {
		b.Fatal(err)
	}
	var projects bytes.Buffer
	projects.WriteString("\nprojects:\n")
	for i := range n {
		fmt.Fprintf(&projects, "  many-%04d: {number: \"%d\", parent: folders/444444444444, use: [project, agents-2026, nodes]}\n", i, 800000000000+i)
	}
	loaded, err := fakegcp.Load(bytes.NewReader(bytes.Replace(cloud, []byte("\nprojects:\n"), projects.Bytes(), 1)))
	if err != nil {
		b.Fatal(err)
	}
	server := fakegcp.New(loaded, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(noon))
	return repeated(b, readPlan(b, "minimal"), n), server.RoundTripper()
}

// repeated has each resource of a plan once for each of n projects.
func repeated(b *testing.B, data []byte, n int) []byte {
	b.Helper()
	var p map[string]any
	if err := json.Unmarshal(data, &p); err != nil {
		b.Fatal(err)
	}
	one := p["resource_changes"].([]any)
	var all []any
	for i := range n {
		for _, change := range one {
			all = append(all, inProject(b, change, i))
		}
	}
	p["resource_changes"] = all
	out, err := json.Marshal(p)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

func inProject(b *testing.B, change any, i int) any {
	b.Helper()
	text, err := json.Marshal(change)
	if err != nil {
		b.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(text, &c); err != nil {
		b.Fatal(err)
	}
	c["address"], c["index"] = fmt.Sprintf("%s[%d]", c["address"], i), i
	of := c["change"].(map[string]any)
	of["after"].(map[string]any)["project"] = fmt.Sprintf("many-%04d", i)
	delete(of["after_unknown"].(map[string]any), "project")
	return c
}
