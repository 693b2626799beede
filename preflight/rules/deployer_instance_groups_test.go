package rules

import "testing"

func TestDeployerInstanceGroups(t *testing.T) {
	runCases(t, "GP204", []testCase{
		{
			name: "the provider's refresh",
			plan: "minimal",
			want: []wanted{
				"error: deployer compute.instanceGroupManagers.get on projects/acme-prod",
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
			want: []wanted{
				"warning: deployer compute.instanceGroupManagers.get on projects/acme-prod",
			},
		},
		{
			name: "or to skip pools",
			plan: "minimal",
			changes: set{
				after + "skip_node_pool_refresh": true,
			},
		},
	})
}
