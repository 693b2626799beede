package rules

import "testing"

func TestDeployerNodePools(t *testing.T) {
	runCases(t, "GP202", []testCase{
		{
			name: "every change of a pool is an update of its cluster",
			plan: "existing",
			want: []wanted{
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "without pools nothing",
			plan: "minimal",
		},
	})
}
