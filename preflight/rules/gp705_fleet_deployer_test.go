package rules

import "testing"

func TestFleetDeployer(t *testing.T) {
	runCases(t, "GP705", []testCase{
		{
			name: "fleet of another project",
			plan: "features",
			want: []wantNeed{
				"warning: deployer gkehub.memberships.create on projects/acme-fleet",
			},
		},
		{
			name: "fleet of the cluster project",
			plan: "features",
			changes: set{
				after + "fleet.0.project": "acme-prod",
			},
			want: []wantNeed{
				"warning: deployer gkehub.memberships.create on projects/acme-prod",
			},
		},
		{
			name: "no fleet",
			plan: "minimal",
		},
	})
}
