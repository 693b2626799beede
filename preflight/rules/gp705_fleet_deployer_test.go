package rules

import "testing"

func TestFleetDeployer(t *testing.T) {
	runCases(t, "GP705", []testCase{
		{
			name: "a fleet in another project",
			plan: "features",
			want: []wantNeed{
				"warning: deployer gkehub.memberships.create on projects/acme-fleet",
			},
		},
		{
			name: "one in the cluster's own",
			plan: "features",
			changes: set{
				after + "fleet.0.project": "acme-prod",
			},
			want: []wantNeed{
				"warning: deployer gkehub.memberships.create on projects/acme-prod",
			},
		},
		{
			name: "none",
			plan: "minimal",
		},
	})
}
