package preflight_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight/iam"
)

// BenchmarkInstances tells how reading, rules and judging grow with the
// instances of one for_each: n clusters and n node pools in one project.
func BenchmarkInstances(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data, server := manyInstances(b, n), acmeServer(b)
			for b.Loop() {
				checkProjects(b, data, server.RoundTripper())
			}
		})
	}
}

// manyInstances returns the plan traps/instances with n clusters and n pools.
func manyInstances(tb testing.TB, n int) []byte {
	tb.Helper()
	data, err := os.ReadFile("../fixtures/plans/traps/instances/plan.json")
	if err != nil {
		tb.Fatal(err)
	}
	var p map[string]json.RawMessage
	if err := json.Unmarshal(data, &p); err != nil {
		tb.Fatal(err)
	}
	var one []json.RawMessage
	if err := json.Unmarshal(p["resource_changes"], &one); err != nil {
		tb.Fatal(err)
	}
	var all bytes.Buffer
	for i := range n {
		for _, change := range one {
			if bytes.Contains(change, []byte("c00000")) {
				all.WriteString("," + strings.ReplaceAll(string(change), "c00000", fmt.Sprintf("c%05d", i)))
			}
		}
	}
	p["resource_changes"] = json.RawMessage("[" + all.String()[1:] + "]")
	out, err := json.Marshal(p)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func acmeServer(tb testing.TB) *fakegcp.Server {
	tb.Helper()
	f, err := os.Open("../fixtures/clouds/acme.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	loaded, err := fakegcp.Load(f)
	if err != nil {
		tb.Fatal(err)
	}
	return fakegcp.New(loaded, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(noon))
}
