package preflight_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
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
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/gcp"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/report"
	"gke-preflight/preflight/rules"
)

// readPlan reads a plan of fixtures/plans, or one of those that altered makes
// of them: cmek+pools is cmek, altered as pools says.
func readPlan(t testing.TB, name string) []byte {
	t.Helper()
	name, alteration, _ := strings.Cut(name, "+")
	data, err := os.ReadFile(filepath.Join("../fixtures/plans", name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	if alteration == "" {
		return data
	}
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	change := doc["resource_changes"].([]any)[0].(map[string]any)["change"].(map[string]any)
	alter := altered()[alteration]
	if alter == nil {
		t.Fatalf("there is no alteration %s", alteration)
	}
	after, _ := change["after"].(map[string]any)
	alter(doc, after, change)
	if data, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	return data
}

// altered are changes to plans: of the document, of what the first resource
// change comes to, and of that change.
func altered() map[string]func(doc, after, change map[string]any) {
	type object = map[string]any
	block := func(o object) []any { return []any{o} }
	unknown := func(doc, change object, block, attribute string) {
		change["after_unknown"].(object)[block] = []any{object{attribute: true}}
		first := doc["configuration"].(object)["root_module"].(object)["resources"].([]any)[0].(object)
		first["expressions"].(object)[block] = []any{object{attribute: object{"references": []any{"local.x"}}}}
	}
	const pool = "projects/acme-kms/locations/europe-west1/caPools/gke"
	return map[string]func(doc, after, change object){
		"pool": func(_, after, _ object) { after["user_managed_keys_config"] = block(object{"cluster_ca": pool}) },
		"secret": func(_, after, _ object) {
			certificate := object{"gcp_secret_manager_certificate_config": block(object{"secret_uri": "projects/acme-prod/secrets/ca/versions/1"})}
			access := object{"certificate_authority_domain_config": block(certificate)}
			after["node_config"].([]any)[0].(object)["containerd_config"] = block(object{"private_registry_access_config": block(access)})
		},
		"elsewhere": func(_, after, _ object) { after["location"] = "us-east1" },
		"unknown key": func(doc, after, change object) {
			after["database_encryption"] = block(object{})
			unknown(doc, change, "database_encryption", "key_name")
		},
		"foreign pool": func(_, after, _ object) {
			after["workload_identity_config"] = block(object{"workload_pool": "acme-fleet.svc.id.goog"})
		},
		"unknown pool": func(doc, after, change object) {
			after["workload_identity_config"] = block(object{})
			unknown(doc, change, "workload_identity_config", "workload_pool")
		},
		"sizes": func(doc, _, _ object) {
			cluster := doc["resource_changes"].([]any)[1].(object)["change"].(object)
			cluster["after"].(object)["ip_allocation_policy"] = block(object{"cluster_ipv4_cidr_block": "/14"})
		},
		"numbered host": func(doc, _, _ object) {
			cluster := doc["resource_changes"].([]any)[1].(object)["change"].(object)["after"].(object)
			cluster["network"] = "projects/999999999999/global/networks/shared"
			cluster["subnetwork"] = "projects/999999999999/regions/europe-west1/subnetworks/gke"
		},
		"mesh": func(_, after, _ object) { after["mesh_certificates"] = block(object{"enable_certificates": true}) },
		"mesh unknown": func(doc, after, change object) {
			after["mesh_certificates"] = block(object{"enable_certificates": true})
			after["workload_identity_config"] = block(object{})
			unknown(doc, change, "workload_identity_config", "workload_pool")
		},
		"identity": func(doc, _, _ object) {
			doc["resource_changes"] = append(doc["resource_changes"].([]any), object{
				"address": "google_service_account_iam_member.wi", "mode": "managed", "type": "google_service_account_iam_member", "name": "wi",
				"change": object{"actions": []any{"create"}, "after": object{
					"role": "roles/iam.workloadIdentityUser", "member": "serviceAccount:acme-prod.svc.id.goog[app/app]",
					"service_account_id": "projects/acme-prod/serviceAccounts/app@acme-prod.iam.gserviceaccount.com",
				}},
			})
		},
		"no time":  func(doc, _, _ object) { delete(doc, "timestamp") },
		"long ago": func(doc, _, _ object) { doc["timestamp"] = "2026-11-23T09:00:00Z" },
		"just now": func(doc, _, _ object) { doc["timestamp"] = "2026-11-23T11:50:00Z" },
		"no login": func(doc, _, _ object) { delete(provider(doc), "exec") },
		"any login": func(doc, _, _ object) {
			provider(doc)["exec"] = []any{object{"command": object{"references": []any{"local.x"}}}}
		},
		"missing plugin": func(doc, _, _ object) {
			provider(doc)["exec"] = []any{object{"command": object{"constant_value": "missing-plugin"}}}
		},
		"unprotected": func(doc, _, change object) { change["before"].(object)["deletion_protection"] = false },
	}
}

func provider(doc map[string]any) map[string]any {
	type object = map[string]any
	return doc["configuration"].(object)["provider_config"].(object)["kubernetes"].(object)["expressions"].(object)
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

func newCloud(t testing.TB, edits ...string) *fakegcp.Cloud {
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
	return cloud
}

func serve(cloud *fakegcp.Cloud) *fakegcp.Server {
	return fakegcp.New(cloud, fakegcp.WithRoles(iam.Predefined().Permissions), fakegcp.WithClock(noon))
}

func newServer(t testing.TB, edits ...string) *fakegcp.Server {
	t.Helper()
	return serve(newCloud(t, edits...))
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func check(t *testing.T, data []byte, server *fakegcp.Server, change ...func(*preflight.Options)) *finding.Report {
	t.Helper()
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := gcp.New(t.Context(), gcp.Options{
		Transport:   server.RoundTripper(),
		Credentials: &gcp.Credentials{TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "deployer-token"}), Source: "a test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	o := preflight.Options{
		LookPath: lookPath, Impersonation: true, FailOn: need.Error, Table: iam.Predefined(), Now: noon, Credentials: "a test",
	}
	for _, f := range change {
		f(&o)
	}
	r, err := preflight.Check(context.Background(), p, client, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lookPath is a machine that has gcloud's plugin and nothing else.
func lookPath(name string) (string, error) {
	if name != "gke-gcloud-auth-plugin" {
		return "", exec.ErrNotFound
	}
	return "/bin/" + name, nil
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
// project, making tokens of node accounts, and deny policies, for which there
// is a predefined role that is granted on organizations.
func taken(t *testing.T) []string {
	t.Helper()
	used := map[string]bool{}
	const agent = "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	for _, name := range append(plans(t), "cmek+pool") {
		// A custom role, an account without its grant and a deny policy make the
		// check look into roles and the policies of accounts.
		server := newServer(t,
			"resource projects/acme-kms/locations/europe-west1/caPools/gke",
			"deny organizations/100000000000 guard principal://goog/subject/bob@acme.example container.googleapis.com/clusters.delete",
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
	delete(used, "iam.denypolicies.get")
	delete(used, "iam.denypolicies.list")
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
	t.Parallel()
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

// TestPassSaysNoFailure: over all plans and many faults, what passes carries
// nothing of a failure, and what does not fail says no error.
func TestPassSaysNoFailure(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		data  []byte
		edits []string
	}{{"all-in-one-plan with the deployer's own grant", grantsItself(t), []string{noActAs}}}
	for _, name := range plans(t) {
		for _, edits := range [][]string{nil, {agentOff}, {noAccount}, {offAccount}, {noActAs}, {noClusters}, {noContainer}} {
			cases = append(cases, struct {
				name  string
				data  []byte
				edits []string
			}{name, readPlan(t, name), edits})
		}
	}
	for _, tt := range cases {
		r := check(t, tt.data, newServer(t, tt.edits...))
		for _, f := range r.Findings {
			if f.Outcome != finding.Fail && f.ExpectedError != "" || f.Outcome == finding.Pass && f.Fix != nil {
				t.Errorf("%s, %s: %s is %s, with the error %q and the fix %v", tt.name, tt.edits, f.Rule, f.Outcome, f.ExpectedError, f.Fix)
			}
			if p := f.Permissions; f.Outcome == finding.Pass && p != nil && len(p.Missing)+len(p.Undetermined) > 0 {
				t.Errorf("%s, %s: %s passes with %v", tt.name, tt.edits, f.Rule, *p)
			}
		}
		if strings.HasPrefix(tt.name, "all-in-one-plan with") && !slices.ContainsFunc(r.Findings, func(f finding.Finding) bool {
			return f.Rule == "GP203" && f.Outcome == finding.Pass && len(f.PlannedBy) > 0
		}) {
			t.Errorf("%s: GP203 is not granted by the plan", tt.name)
		}
	}
}

// grantsItself is all-in-one-plan, in which the deployer grants itself the use
// of the nodes' account before the cluster.
func grantsItself(t *testing.T) []byte {
	t.Helper()
	type object = map[string]any
	var doc object
	if err := json.Unmarshal(readPlan(t, "all-in-one-plan"), &doc); err != nil {
		t.Fatal(err)
	}
	const address = "google_project_iam_member.deployer"
	doc["resource_changes"] = append(doc["resource_changes"].([]any), object{
		"address": address, "mode": "managed", "type": "google_project_iam_member", "name": "deployer", "provider_name": "registry.terraform.io/hashicorp/google",
		"change": object{"actions": []any{"create"}, "after": object{
			"project": "acme-new", "role": "roles/iam.serviceAccountUser", "member": "serviceAccount:terraform@acme-prod.iam.gserviceaccount.com", "condition": []any{},
		}},
	})
	root := doc["configuration"].(object)["root_module"].(object)
	resources := root["resources"].([]any)
	for _, r := range resources {
		if r := r.(object); strings.HasPrefix(r["type"].(string), "google_container_") {
			on, _ := r["depends_on"].([]any)
			r["depends_on"] = append(on, address)
		}
	}
	root["resources"] = append(resources, object{
		"address": address, "mode": "managed", "type": "google_project_iam_member", "name": "deployer", "provider_config_key": "google",
		"expressions": object{"project": object{"constant_value": "acme-new"}, "role": object{"constant_value": "roles/iam.serviceAccountUser"}, "member": object{"constant_value": "serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"}},
	})
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
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
		b := inEveryFormat(t, r)
		if strings.Contains(b, secret) {
			t.Errorf("%s: the report shows the sensitive value", edit)
		}
		if !strings.Contains(b, plan.Redacted) {
			t.Errorf("%s: the report does not say that something is sensitive", edit)
		}
	}
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inventory, err := inventory.New(t.Context(), p, rules.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	needs, err := json.Marshal(inventory)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(needs), secret) {
		t.Error("needs show the sensitive value")
	}
}

// inEveryFormat is a report as each format writes it, one after another.
func inEveryFormat(t *testing.T, r *finding.Report) string {
	t.Helper()
	var b bytes.Buffer
	for _, err := range []error{
		report.JSON(&b, r), report.Text(&b, r, report.TextOptions{Verbose: true}), report.SARIF(&b, r, report.SARIFOptions{}),
		report.JUnit(&b, r, report.Threshold{}), report.GitHub(&b, r), report.Markdown(&b, r), report.HTML(&b, r), report.CodeQuality(&b, r),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
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
	if r.Result != finding.Fail || len(r.Findings) == 0 {
		t.Errorf("the result is %s with %d findings", r.Result, len(r.Findings))
	}
	for _, f := range r.Findings {
		if f.Rule != need.RuleRemoved || !slices.Equal(f.Addresses, []string{"google_container_cluster.unchanged"}) {
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
	if r.Result != finding.Undetermined {
		t.Errorf("the result is %s", r.Result)
	}
	for _, f := range r.Findings {
		if f.Permissions != nil && f.Outcome == finding.Pass {
			t.Errorf("%s passes, whatever the policy denies", f.Rule)
		}
	}
}
