package rules

import "testing"

func TestWorkloadPool(t *testing.T) {
	runCases(t, "GP711", []testCase{
		{
			name: "its own",
			plan: "features",
			want: []wantNeed{
				"warning: on projects/acme-prod which holds: the workload pool is acme-prod.svc.id.goog",
			},
		},
		{
			name: "another's",
			plan: "features",
			changes: set{
				after + "workload_identity_config.0.workload_pool": "acme-fleet.svc.id.goog",
			},
			want: []wantNeed{
				"warning: on projects/acme-prod stating: the workload pool is acme-fleet.svc.id.goog, but GKE accepts only the pool of the cluster's project: acme-prod.svc.id.goog",
			},
		},
		{
			name: "none",
			plan: "minimal",
		},
	})
}
