package rules

import "testing"

func TestDeployerInstanceGroups(t *testing.T) {
	runCases(t, "GP204", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: deployer compute.instanceGroupManagers.get compute.instanceGroupManagers.list on projects/acme-prod",
			},
		},
		{
			name: "ignore_node_count_changes",
			plan: "minimal",
			changes: set{
				after + "ignore_node_count_changes": true,
			},
		},
		{
			name: "warning for Autopilot",
			plan: "autopilot",
			want: []wantNeed{
				"warning: deployer compute.instanceGroupManagers.get compute.instanceGroupManagers.list on projects/acme-prod",
			},
		},
		{
			name: "skip_node_pool_refresh",
			plan: "minimal",
			changes: set{
				after + "skip_node_pool_refresh": true,
			},
		},
		{
			name: "destroyed cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
		{
			name: "impersonated deployer",
			plan: "impersonation",
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com compute.instanceGroupManagers.get compute.instanceGroupManagers.list on projects/acme-prod",
			},
		},
	})
}
