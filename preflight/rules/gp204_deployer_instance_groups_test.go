package rules

import "testing"

func TestDeployerInstanceGroups(t *testing.T) {
	runCases(t, "GP204", []testCase{
		{
			name: "the provider's refresh",
			plan: "minimal",
			want: []wantNeed{
				"error: deployer compute.instanceGroupManagers.get compute.instanceGroupManagers.list on projects/acme-prod",
			},
		},
		{
			name: "unless it is told not to",
			plan: "minimal",
			changes: set{
				after + "ignore_node_count_changes": true,
			},
		},
		{
			name: "a warning for Autopilot, of which no report is known",
			plan: "autopilot",
			want: []wantNeed{
				"warning: deployer compute.instanceGroupManagers.get compute.instanceGroupManagers.list on projects/acme-prod",
			},
		},
		{
			name: "or to skip pools",
			plan: "minimal",
			changes: set{
				after + "skip_node_pool_refresh": true,
			},
		},
		{
			name: "not to destroy",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
		{
			name: "as the account that the provider impersonates",
			plan: "impersonation",
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com compute.instanceGroupManagers.get compute.instanceGroupManagers.list on projects/acme-prod",
			},
		},
	})
}
