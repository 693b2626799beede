package preflight_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"golang.org/x/oauth2"

	"gke-preflight/fixtures/fakegcp"
	"gke-preflight/preflight"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/report"
	"gke-preflight/preflight/rules"
)

func readPlan(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../fixtures/plans", name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func plans(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../fixtures/plans/*/plan.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no plans to test with: %v", err)
	}
	for i, f := range files {
		files[i] = filepath.Base(filepath.Dir(f))
	}
	return files
}

func newServer(t *testing.T, edits ...string) *fakegcp.Server {
	t.Helper()
	data, err := os.ReadFile("../fixtures/clouds/acme.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := fakegcp.Load(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		if err := cloud.Edit(e); err != nil {
			t.Fatal(err)
		}
	}
	return fakegcp.New(cloud, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(noon))
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func check(t *testing.T, data []byte, server *fakegcp.Server) *preflight.Report {
	t.Helper()
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := gcp.New(t.Context(), gcp.Options{
		HTTP:        server.RoundTripper(),
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "deployer-token"}), Source: "a test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := preflight.Check(context.Background(), p, client, preflight.Options{
		Impersonation: true, FailOn: rules.Error, Table: iam.Predefined(), Now: noon, Credentials: "a test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestLeastRole holds the role that the README recommends against what the
// requests of checks really take.
func TestLeastRole(t *testing.T) {
	data, err := os.ReadFile("../docs/role.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var role struct {
		IncludedPermissions []string `yaml:"includedPermissions"`
	}
	if err := yaml.Unmarshal(data, &role); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(role.IncludedPermissions, taken(t)); diff != "" {
		t.Errorf("docs/role.yaml (-) and what checks take (+):\n%s", diff)
	}
}

// taken are the permissions that the calls of checks of all plans rested on,
// without those that the role leaves out on purpose: the use of a quota
// project, and making tokens of node accounts.
func taken(t *testing.T) []string {
	t.Helper()
	used := map[string]bool{}
	const agent = "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	for _, name := range plans(t) {
		// A custom role, and an account without its grant, make the check
		// look into roles and the policies of accounts.
		server := newServer(t,
			"role projects/acme-prod/roles/agent compute.regions.get",
			"grant projects/acme-prod projects/acme-prod/roles/agent "+agent,
			"revoke projects/acme-prod roles/container.serviceAgent "+agent,
			"revoke organizations/100000000000 roles/iam.serviceAccountUser serviceAccount:terraform@acme-prod.iam.gserviceaccount.com")
		check(t, readPlan(t, name), server)
		for _, call := range server.Calls() {
			for _, c := range call.Checks {
				used[c.Permission] = true
			}
		}
	}
	delete(used, "iam.serviceAccounts.getAccessToken")
	delete(used, "serviceusage.services.use")
	out := make([]string, 0, len(used))
	for p := range used {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// TestSameBytes: the same plan and the same cloud give the same report,
// whatever order the answers come in.
func TestSameBytes(t *testing.T) {
	const tokens = "grant projects/acme-prod roles/iam.serviceAccountTokenCreator serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	for _, name := range plans(t) {
		var first []byte
		for range 3 {
			var b bytes.Buffer
			if err := report.JSON(&b, check(t, readPlan(t, name), newServer(t, tokens))); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = bytes.Clone(b.Bytes())
			}
			if diff := cmp.Diff(string(first), b.String()); diff != "" {
				t.Fatalf("%s: two runs differ:\n%s", name, diff)
			}
		}
	}
}

// TestSensitive: a value that the plan marks is used, and shown nowhere.
func TestSensitive(t *testing.T) {
	const secret = "gke-nodes@acme-prod.iam.gserviceaccount.com"
	data := mark(t, readPlan(t, "named-service-account"))
	for _, edit := range []string{
		"delete-account " + secret,
		"disable-account " + secret,
		"revoke projects/acme-prod roles/container.defaultNodeServiceAccount serviceAccount:" + secret,
	} {
		r := check(t, data, newServer(t, edit))
		if r.Summary.Fail == 0 {
			t.Errorf("%s: nothing failed: the value was not used", edit)
		}
		var b bytes.Buffer
		if err := report.JSON(&b, r); err != nil {
			t.Fatal(err)
		}
		if err := report.Text(&b, r, report.TextOptions{Verbose: true}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), secret) {
			t.Errorf("%s: the report shows the sensitive value", edit)
		}
		if !strings.Contains(b.String(), plan.Redacted) {
			t.Errorf("%s: the report does not say that something is sensitive", edit)
		}
	}
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	needs, err := json.Marshal(preflight.Take(p, rules.Settings{}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(needs), secret) {
		t.Error("needs show the sensitive value")
	}
}

// mark makes the node pool's service account sensitive.
func mark(t *testing.T, data []byte) []byte {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	for _, rc := range p["resource_changes"].([]any) {
		if c := rc.(map[string]any); c["type"] == "google_container_node_pool" {
			marks := c["change"].(map[string]any)["after_sensitive"].(map[string]any)
			marks["node_config"] = []any{map[string]any{"service_account": true}}
		}
	}
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestStanding: a plan that changes no cluster, and takes away what one lives
// on, is not one with nothing to check. What the cluster lacks already is not
// the plan's fault, and not said.
func TestStanding(t *testing.T) {
	var p map[string]any
	if err := json.Unmarshal(readPlan(t, "existing"), &p); err != nil {
		t.Fatal(err)
	}
	p["resource_changes"] = slices.DeleteFunc(p["resource_changes"].([]any), func(rc any) bool {
		c := rc.(map[string]any)
		actions := c["change"].(map[string]any)["actions"].([]any)
		return strings.HasPrefix(c["type"].(string), "google_container") && actions[0] != "no-op"
	})
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	r := check(t, data, newServer(t, "revoke projects/acme-prod roles/compute.serviceAgent serviceAccount:service-111111111111@compute-system.iam.gserviceaccount.com"))
	if r.Result != preflight.Fail || len(r.Findings) == 0 {
		t.Errorf("the result is %s with %d findings", r.Result, len(r.Findings))
	}
	for _, f := range r.Findings {
		if f.Rule != "GP801" || !slices.Equal(f.Addresses, []string{"google_container_cluster.unchanged"}) {
			t.Errorf("a finding is about %s: %s", f.Rule, f.Message)
		}
	}
}

// TestDenied: a plan that makes a deny policy leaves no permission certain.
func TestDenied(t *testing.T) {
	var p map[string]any
	if err := json.Unmarshal(readPlan(t, "minimal"), &p); err != nil {
		t.Fatal(err)
	}
	p["resource_changes"] = append(p["resource_changes"].([]any), map[string]any{
		"address": "google_iam_deny_policy.d", "mode": "managed", "type": "google_iam_deny_policy", "name": "d",
		"change": map[string]any{"actions": []any{"create"}, "after": map[string]any{"name": "d"}},
	})
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	r := check(t, data, newServer(t))
	if r.Result != preflight.Undetermined {
		t.Errorf("the result is %s", r.Result)
	}
	for _, f := range r.Findings {
		if f.Permissions != nil && f.Outcome == preflight.Pass {
			t.Errorf("%s passes, whatever the policy denies", f.Rule)
		}
	}
}
