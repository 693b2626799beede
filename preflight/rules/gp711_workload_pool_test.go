package rules

import "testing"

func TestWorkloadPool(t *testing.T) {
	runCases(t, "GP711", []testCase{
		{
			name: "pool of the cluster project",
			plan: "features",
			want: []wantNeed{
				"warning: on projects/acme-prod satisfied: the workload pool is acme-prod.svc.id.goog",
			},
		},
		{
			name: "pool of another project",
			plan: "features",
			changes: set{
				after + "workload_identity_config.0.workload_pool": "acme-fleet.svc.id.goog",
			},
			want: []wantNeed{
				"warning: on projects/acme-prod finding: the workload pool is acme-fleet.svc.id.goog, but GKE accepts only the pool of the cluster's project: acme-prod.svc.id.goog",
			},
		},
		{
			name: "no pool",
			plan: "minimal",
		},
	})
}
