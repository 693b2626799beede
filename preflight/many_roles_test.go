package preflight_test

import (
	"fmt"
	"testing"

	"gke-preflight/preflight/finding"
)

// TestManyRoles: a policy that binds the GKE service agent to thousands of
// custom roles, more than Google allows, leads neither to thousands of requests
// nor to a report of megabytes.
func TestManyRoles(t *testing.T) {
	const roles = 3_000
	const agent = "serviceAccount:service-111111111111@container-engine-robot.iam.gserviceaccount.com"
	edits := []string{"revoke projects/acme-prod roles/container.serviceAgent " + agent}
	for i := range roles {
		role := fmt.Sprintf("projects/acme-prod/roles/r%d", i)
		edits = append(edits, "role "+role+" storage.buckets.get", "grant projects/acme-prod "+role+" "+agent)
	}
	r := check(t, readPlan(t, "minimal"), newServer(t, edits...))
	if got := r.Requests.ByMethod["iam.projects.roles.get"]; got > 500 {
		t.Errorf("%d roles are asked for", got)
	}
	for _, f := range r.Findings {
		if f.Rule == "GP401" && f.Outcome != finding.Undetermined {
			t.Errorf("GP401 is %s, though not all roles were read", f.Outcome)
		}
		if len(f.Levels) > 200 || len(f.Reason) > 10_000 {
			t.Errorf("%s has %d levels and a reason of %d bytes", f.Rule, len(f.Levels), len(f.Reason))
		}
	}
}
