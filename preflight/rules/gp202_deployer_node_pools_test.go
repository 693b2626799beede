package rules

import "testing"

func TestDeployerNodePools(t *testing.T) {
	runCases(t, "GP202", []testCase{
		{
			name: "every change of a pool is an update of its cluster",
			plan: "existing",
			want: []wantNeed{
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "without pools nothing",
			plan: "minimal",
		},
		{
			name: "once for all pools of a project, in a cluster that the plan does not have",
			plan: "hostile-names",
			want: []wantNeed{
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "also to destroy one",
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
