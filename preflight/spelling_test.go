package preflight_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gke-preflight/preflight/finding"
)

// TestSpellings: whatever a plan calls its projects, the verdict is the same,
// and the same rules fail.
func TestSpellings(t *testing.T) {
	t.Parallel()
	const (
		agent    = " serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
		deployer = " serviceAccount:terraform@acme-prod.iam.gserviceaccount.com"
	)
	for _, tt := range []struct {
		plan  string
		edits []string
	}{
		{"minimal", nil},
		{"minimal", []string{"revoke projects/acme-prod roles/container.serviceAgent" + agent}},
		{"minimal", []string{"disable-account 111111111111-compute@developer.gserviceaccount.com"}},
		{"self-harm", nil},
		{"features", nil},
		{"features", []string{"revoke serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com *" + agent}},
		{"shared-vpc", nil},
		{"shared-vpc", []string{"detach acme-service"}},
		{"cmek", nil},
		{"existing", nil},
		{"traps/names-granted", []string{"revoke projects/acme-prod roles/container.serviceAgent" + agent}},
		{"traps/names-own", []string{"revoke organizations/100000000000 roles/resourcemanager.projectIamAdmin" + deployer}},
	} {
		cloud := newCloud(t, tt.edits...)
		data := readPlan(t, tt.plan)
		want := failingRules(check(t, data, serve(cloud)))
		for name, spell := range spellings(numbersOf()) {
			t.Run(tt.plan+" "+strings.Join(tt.edits, " ")+" "+name, func(t *testing.T) {
				got := failingRules(check(t, respelled(t, data, spell), serve(newCloud(t, tt.edits...))))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("with IDs (-) and spelled (+):\n%s", diff)
				}
			})
		}
	}
}

// numbersOf returns the numbers of the cloud's projects by their IDs.
func numbersOf() map[string]string {
	return map[string]string{
		"acme-prod": "111111111111", "acme-service": "222222222222", "acme-dev": "333333333333", "acme-staging": "555555555555",
		"acme-host": "999999999999", "acme-identity": "888888888881", "acme-kms": "888888888888", "acme-fleet": "888888888882",
	}
}

// spellings are ways to write the project of a resource type. Only policies and
// APIs of projects may be written as projects/ID.
func spellings(numbers map[string]string) map[string]func(resourceType, project string) string {
	path := func(resourceType string) bool {
		return strings.HasPrefix(resourceType, "google_project_iam_") || resourceType == "google_project_service"
	}
	number := func(project string) string {
		if n := numbers[project]; n != "" {
			return n
		}
		return project
	}
	return map[string]func(string, string) string{
		"all numbers": func(_, p string) string { return number(p) },
		"numbers of clusters": func(typ, p string) string {
			if strings.HasPrefix(typ, "google_container_") {
				return number(p)
			}
			return p
		},
		"numbers beside clusters": func(typ, p string) string {
			if strings.HasPrefix(typ, "google_container_") {
				return p
			}
			return number(p)
		},
		"projects/ID": func(typ, p string) string {
			if path(typ) && !strings.Contains(p, "/") {
				return "projects/" + p
			}
			return p
		},
		"projects/NUMBER": func(typ, p string) string {
			if path(typ) && !strings.Contains(p, "/") {
				return "projects/" + number(p)
			}
			return p
		},
	}
}

// respelled is a plan with every project attribute written in another way. The
// project that the provider fills in for a cluster becomes its own attribute.
func respelled(t *testing.T, data []byte, spell func(resourceType, project string) string) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	for _, rc := range doc["resource_changes"].([]any) {
		rc := rc.(map[string]any)
		change := rc["change"].(map[string]any)
		for _, when := range []string{"before", "after"} {
			object, _ := change[when].(map[string]any)
			for _, attribute := range []string{"project", "service_project", "host_project"} {
				if p, ok := object[attribute].(string); ok && rc["type"] != "google_service_account" {
					object[attribute] = spell(rc["type"].(string), p)
				}
			}
		}
	}
	configuration := doc["configuration"].(map[string]any)
	for _, p := range configuration["provider_config"].(map[string]any) {
		expressions, _ := p.(map[string]any)["expressions"].(map[string]any)
		project, _ := expressions["project"].(map[string]any)
		if id, ok := project["constant_value"].(string); ok {
			project["constant_value"] = spell("google_container_cluster", id)
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// failingRules are the result of a report and the rules that fail at error or
// are undetermined.
func failingRules(r *finding.Report) []string {
	found := map[string]bool{"result " + string(r.Result): true}
	for _, f := range r.Findings {
		if f.Outcome == finding.Fail || f.Outcome == finding.Undetermined {
			found[f.Rule+" "+string(f.Outcome)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
