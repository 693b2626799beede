package preflight_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gke-preflight/preflight/inventory"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/report"
	"gke-preflight/preflight/rules"
)

// shown returns all that is printed about a plan: the report in every format,
// and its needs.
func shown(t *testing.T, data []byte, edits ...string) string {
	t.Helper()
	out := inEveryFormat(t, check(t, data, newServer(t, edits...)))
	p, err := plan.Read(bytes.NewReader(data), plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inventory, err := inventory.New(t.Context(), p, rules.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	var needs bytes.Buffer
	if err := report.InventoryJSON(&needs, inventory); err != nil {
		t.Fatal(err)
	}
	return out + needs.String()
}

// shows fails a test if out has a word that starts with s3cr3t, as all that is
// secret in these tests does, in any case.
func shows(t *testing.T, out string) {
	t.Helper()
	if at := strings.Index(strings.ToLower(out), "s3cr3t"); at >= 0 {
		t.Errorf("it shows\n%s", out[max(0, at-60):min(len(out), at+60)])
	}
}

// TestSensitiveParts: names inside of sensitive values are shown nowhere either.
func TestSensitiveParts(t *testing.T) {
	out := shown(t, readPlan(t, "traps/sens"))
	shows(t, out)
	if !strings.Contains(out, plan.Redacted) {
		t.Error("nothing is said to be sensitive")
	}
	// The control: the project is the provider's, which the plan shows, and is
	// a part of sensitive values too.
	if !strings.Contains(out, "acme-prod") {
		t.Error("the project that the plan shows is hidden")
	}
}

// TestSensitivePlaces puts a sensitive value into each place of a plan.
func TestSensitivePlaces(t *testing.T) {
	t.Parallel()
	const account = "projects/s3cr3t-home/serviceAccounts/s3cr3t-sa@s3cr3t-home.iam.gserviceaccount.com"
	const cluster, member = "google_container_cluster.main", "google_project_iam_member.m"
	for _, tt := range []struct {
		name, address string
		path          []string
		value         any
	}{
		{"account", cluster, []string{"node_config", "0", "service_account"}, account},
		{"account by its email", cluster, []string{"node_config", "0", "service_account"}, "s3cr3t-sa@s3cr3t-home.iam.gserviceaccount.com"},
		{"account of Compute Engine", cluster, []string{"node_config", "0", "service_account"}, "s3cr3t-sa@developer.gserviceaccount.com"},
		{"key", cluster, []string{"database_encryption", "0", "key_name"}, "projects/s3cr3t-kms/locations/s3cr3t-where/keyRings/s3cr3t-ring/cryptoKeys/s3cr3t-key"},
		{"key of disks", cluster, []string{"node_config", "0", "boot_disk_kms_key"}, "projects/s3cr3t-kms/locations/s3cr3t-where/keyRings/s3cr3t-ring/cryptoKeys/s3cr3t-key"},
		{"network", cluster, []string{"network"}, "projects/s3cr3t-host/global/networks/s3cr3t-net"},
		{"network by another URL", cluster, []string{"network"}, "https://compute.googleapis.com/compute/v1/projects/s3cr3t-host/global/networks/s3cr3t-net"},
		{"subnetwork", cluster, []string{"subnetwork"}, "https://www.googleapis.com/compute/v1/projects/s3cr3t-host/regions/s3cr3t-where/subnetworks/s3cr3t-subnet"},
		{"project", cluster, []string{"project"}, "s3cr3t-project"},
		{"project with its prefix", cluster, []string{"project"}, "projects/s3cr3t-project"},
		{"location", cluster, []string{"location"}, "s3cr3t-where"},
		{"name", cluster, []string{"name"}, "s3cr3t-cluster"},
		{"fleet", cluster, []string{"fleet", "0", "project"}, "projects/s3cr3t-fleet"},
		{"member", member, []string{"member"}, "serviceAccount:S3CR3T-member@s3cr3t-home.iam.gserviceaccount.com"},
		{"role", member, []string{"role"}, "projects/s3cr3t-home/roles/s3cr3tRole"},
		{"project of a grant", member, []string{"project"}, "s3cr3t-project"},
		{"condition", member, []string{"condition"}, []any{map[string]any{
			"title": "s3cr3t-title", "description": "", "expression": `resource.name.startsWith("projects/_/buckets/s3cr3t-bucket") && request.time < timestamp("2020-01-01T00:00:00Z")`,
		}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := withSecret(t, tt.address, tt.path, tt.value)
			shows(t, shown(t, data))
			shows(t, shown(t, data, "disable-api acme-prod container.googleapis.com", "revoke projects/acme-prod roles/container.serviceAgent serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"))
		})
	}
}

// withSecret returns the plan of traps/sens with a value, marked as sensitive,
// in one more place of what it creates.
func withSecret(t *testing.T, address string, path []string, value any) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(readPlan(t, "traps/sens"), &doc); err != nil {
		t.Fatal(err)
	}
	for _, rc := range doc["resource_changes"].([]any) {
		if rc := rc.(map[string]any); rc["address"] == address {
			c := rc["change"].(map[string]any)
			c["after"] = put(c["after"], path, value)
			c["after_sensitive"] = put(c["after_sensitive"], path, true)
			if unknown, ok := c["after_unknown"].(map[string]any); ok {
				delete(unknown, path[0])
			}
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put sets what path leads to, and makes what is on the way.
func put(v any, path []string, value any) any {
	switch {
	case len(path) == 0:
		return value
	case path[0] == "0":
		l, _ := v.([]any)
		l = slices.Clone(l)
		if len(l) == 0 {
			l = []any{nil}
		}
		l[0] = put(l[0], path[1:], value)
		return l
	}
	m, ok := v.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	m[path[0]] = put(m[path[0]], path[1:], value)
	return m
}

// TestSensitiveProvider: what a provider takes from a sensitive variable is
// hidden with its parts.
func TestSensitiveProvider(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(readPlan(t, "traps/sens"), &doc); err != nil {
		t.Fatal(err)
	}
	config := doc["configuration"].(map[string]any)
	google := config["provider_config"].(map[string]any)["google"].(map[string]any)
	google["expressions"].(map[string]any)["impersonate_service_account"] = map[string]any{"references": []any{"var.robot"}}
	config["root_module"].(map[string]any)["variables"].(map[string]any)["robot"] = map[string]any{"sensitive": true}
	doc["variables"].(map[string]any)["robot"] = map[string]any{"value": "s3cr3t-robot@s3cr3t-home.iam.gserviceaccount.com"}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	shows(t, shown(t, data))
}
