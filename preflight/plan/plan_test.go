package plan

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func fixturePlan(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../fixtures/plans", name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func fixtureNames(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../fixtures/plans/*/plan.json")
	if err != nil || len(files) < 17 {
		t.Fatalf("found %d plans, want at least 17 (error %v)", len(files), err)
	}
	for i, f := range files {
		files[i] = filepath.Base(filepath.Dir(f))
	}
	return files
}

func mustRead(t testing.TB, data string, o Options) *Plan {
	t.Helper()
	p, err := Read(strings.NewReader(data), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestFixtures compares what is read of every real plan with a golden file.
func TestFixtures(t *testing.T) {
	for _, name := range fixtureNames(t) {
		t.Run(name, func(t *testing.T) {
			p, err := Read(bytes.NewReader(fixturePlan(t, name)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".golden")
			got := describe(p)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

// describe formats everything that is read of a plan.
func describe(p *Plan) string {
	var b strings.Builder
	for _, c := range p.Clusters {
		fmt.Fprintf(&b, "cluster %q %v\n  name %s location %s project %s (%s) provider %s\n", c.Address, c.Actions,
			c.Name.String(), c.Location.String(), c.Project.ID, c.Project.Source, c.Provider().Key)
		fmt.Fprintf(&b, "  network %s subnetwork %s host %q autopilot %t version %q throw away %t\n",
			c.Network.String(), c.Subnetwork.String(), c.HostProject(), c.Autopilot, c.Version.String(), c.HasTemporaryDefaultPool)
		describeDetails(&b, p, c.Change, c.Accounts, c.Keys)
	}
	for _, n := range p.NodePools {
		cluster := "none in the plan"
		if n.Cluster != nil {
			cluster = n.Cluster.Address
		}
		fmt.Fprintf(&b, "pool %q %v\n  name %s location %s project %s (%s) cluster %s (%s)\n", n.Address, n.Actions,
			n.Name.String(), n.Location.String(), n.Project.ID, n.Project.Source, n.ClusterName, cluster)
		describeDetails(&b, p, n.Change, n.Accounts, n.Keys)
	}
	for _, c := range p.UnchangedClusters {
		fmt.Fprintf(&b, "standing %q\n", c.Address)
	}
	for _, pc := range p.PolicyChanges() {
		fmt.Fprintf(&b, "policy %q effect %d on %s %v unknown %t\n", pc.Address, pc.Effect, pc.Resource, pc.Grants, pc.Unknown)
	}
	return b.String()
}

func describeDetails(b *strings.Builder, p *Plan, c *Change, accounts []Account, keys []Key) {
	for _, a := range accounts {
		fmt.Fprintf(b, "  account %s email %q default %t said %t unknown %t\n", a.Attribute, a.Email, a.Default, a.Explicit, a.Unknown)
	}
	for _, k := range keys {
		fmt.Fprintf(b, "  key %s %q unknown %t\n", k.Attribute, k.Name, k.Unknown)
	}
	var waits []string
	for _, other := range p.Changes {
		if c.OrderAfter(other) == Ordered {
			waits = append(waits, other.Address)
		}
	}
	if len(waits) > 0 {
		slices.Sort(waits)
		fmt.Fprintf(b, "  waits for %q\n", waits)
	}
}

// TestActions checks how the actions of a change are classified.
func TestActions(t *testing.T) {
	for actions, want := range map[string]string{
		`["create"]`:           "changes creates",
		`["update"]`:           "changes updates",
		`["delete"]`:           "changes deletes goes",
		`["delete", "create"]`: "changes creates deletes",
		`["create", "delete"]`: "changes creates deletes",
		`["no-op"]`:            "stands",
		`["read"]`:             "",
		`["forget"]`:           "",
		`["create", "forget"]`: "changes creates",
	} {
		p := mustRead(t, `{"format_version": "1.2", "resource_changes": [
			{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
			 "change": {"actions": `+actions+`, "before": {"name": "c", "project": "acme-prod"}, "after": {"name": "c", "project": "acme-prod"}}}]}`, Options{})
		var got []string
		for _, c := range p.Clusters {
			got = append(got, "changes")
			for word, is := range map[string]bool{"creates": c.Creates(), "updates": c.Updates(), "deletes": c.Deletes(), "goes": c.IsDestroyed()} {
				if is {
					got = append(got, word)
				}
			}
			slices.Sort(got[1:])
		}
		if len(p.UnchangedClusters) > 0 {
			got = append(got, "stands")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", actions, got, want)
		}
	}
}

// TestRedact checks that sensitive values are replaced anywhere in a text.
func TestRedact(t *testing.T) {
	p := mustRead(t, `{"format_version": "1.2", "resource_changes": [
		{"address": "google_container_cluster.c", "mode": "managed", "type": "google_container_cluster", "name": "c",
		 "change": {"actions": ["create"], "after": {"name": "c", "project": "acme-prod", "network": "acme-prod.iam", "node_config": [{"service_account": "secret@acme-prod.iam.gserviceaccount.com"}]},
		            "after_sensitive": {"network": true, "node_config": [{"service_account": true}]}}}]}`, Options{})
	if got := p.Clusters[0].Accounts[0]; !got.Sensitive || got.Email != "secret@acme-prod.iam.gserviceaccount.com" {
		t.Errorf("got account %+v, want it known and sensitive", got)
	}
	// One secret, the network, is a part of the other.
	want := "serviceAccount:(sensitive) in acme-prod"
	if got := p.Redact("serviceAccount:secret@acme-prod.iam.gserviceaccount.com in acme-prod"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// BenchmarkRead reads a plan and, for comparison, decodes all of it with
// terraform-json.
func BenchmarkRead(b *testing.B) {
	data := fixturePlan(b, "fleet")
	for name, read := range map[string]func() error{
		"read":           func() error { _, err := Read(bytes.NewReader(data), Options{}); return err },
		"terraform-json": func() error { return new(tfjson.Plan).UnmarshalJSON(data) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReadLarge reads the plan of a monorepo, of which hardly anything
// concerns GKE: 64 MB of buckets before a cluster.
func BenchmarkReadLarge(b *testing.B) {
	const bucket = `{"address":"module.app[0].google_storage_bucket.b","mode":"managed","type":"google_storage_bucket","name":"b",` +
		`"provider_name":"registry.terraform.io/hashicorp/google","change":{"actions":["create"],"before":null,` +
		`"after":{"name":"b","location":"EU","labels":{"x":"%s"}},"after_unknown":{"id":true},"before_sensitive":false,"after_sensitive":{}}},`
	one := fmt.Sprintf(bucket, strings.Repeat("y", 1500))
	many := strings.Repeat(one, 64<<20/len(one))
	head, tail, found := strings.Cut(string(fixturePlan(b, "minimal")), `"resource_changes":[`)
	if !found {
		b.Fatal("the plan has no changes")
	}
	plan := head + `"resource_changes":[` + many + tail
	b.SetBytes(int64(len(plan)))
	for b.Loop() {
		if _, err := Read(strings.NewReader(plan), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
