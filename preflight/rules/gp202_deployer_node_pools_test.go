package rules

import "testing"

func TestDeployerNodePools(t *testing.T) {
	runCases(t, "GP202", []testCase{
		{
			name: "new node pool",
			plan: "existing",
			want: []wantNeed{
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "no node pools",
			plan: "minimal",
		},
		{
			name: "one need for all node pools of a cluster outside the plan",
			plan: "hostile-names",
			want: []wantNeed{
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "destroyed node pool",
			plan: "existing",
			changes: set{
				"resource_changes.3.change.actions": []any{"delete"},
			},
			want: []wantNeed{
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
	})
}
