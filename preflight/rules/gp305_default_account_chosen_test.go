package rules

import (
	"strings"
	"testing"

	"gke-preflight/preflight/need"
)

func TestDefaultAccountChosen(t *testing.T) {
	runCases(t, "GP305", []testCase{
		{
			name: "no service account set",
			plan: "minimal",
			want: []wantNeed{
				"note: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod finding: no service account is set, so nodes run as the Compute Engine default service account",
			},
		},
		{
			name: `service account "default"`,
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
		},
		{
			name: "other service account",
			plan: "cmek",
		},
	})
}

// TestDefaultAccountMessage: the message says which nodes use the default account,
// and the snippet sets theirs.
func TestDefaultAccountMessage(t *testing.T) {
	for name, want := range map[string]struct{ message, snippet string }{
		"minimal":               {"no service account is set", "node_config {"},
		"named-service-account": {"the temporary default node pool", "node_config {"},
		"autopilot":             {"no service account is set", "cluster_autoscaling {"},
	} {
		var got []need.Need
		for _, n := range allNeeds(read(t, name, nil), Settings{}) {
			if n.Rule == "GP305" {
				got = append(got, n)
			}
		}
		if len(got) != 1 || got[0].Kind != need.PlanOnly {
			t.Errorf("%s: got %+v, want one statement", name, got)
			continue
		}
		if n := got[0]; !strings.HasPrefix(n.Message, want.message) || !strings.HasPrefix(n.Fix.Terraform, want.snippet) {
			t.Errorf("%s: got %q, %q; want %q, %q", name, n.Message, n.Fix.Terraform, want.message, want.snippet)
		}
	}
}
