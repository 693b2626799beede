package rules

import (
	"strings"
	"testing"

	"gke-preflight/preflight/need"
)

func TestDefaultAccountChosen(t *testing.T) {
	runCases(t, "GP305", []testCase{
		{
			name: "nobody chose",
			plan: "minimal",
			want: []wantNeed{
				"note: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod stating: no service account is set, so nodes run as the Compute Engine default service account",
			},
		},
		{
			name: "somebody wrote default",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
		},
		{
			name: "somebody chose another",
			plan: "cmek",
		},
	})
}

// TestUnsaid: the message says which nodes are meant, and the snippet goes
// where their account is set.
func TestUnsaid(t *testing.T) {
	for name, want := range map[string]struct{ message, snippet string }{
		"minimal":               {"no service account is set", "node_config {"},
		"named-service-account": {"the temporary default node pool", "node_config {"},
		"autopilot":             {"no service account is set", "cluster_autoscaling {"},
	} {
		var found []need.Need
		for _, n := range allNeeds(read(t, name, nil), Settings{}) {
			if n.Rule == "GP305" {
				found = append(found, n)
			}
		}
		if len(found) != 1 || found[0].Kind != need.Statement {
			t.Errorf("%s: found %+v, want one statement", name, found)
			continue
		}
		if n := found[0]; !strings.HasPrefix(n.Message, want.message) || !strings.HasPrefix(n.Fix.Terraform, want.snippet) {
			t.Errorf("%s: %q, %q; want %q, %q", name, n.Message, n.Fix.Terraform, want.message, want.snippet)
		}
	}
}
