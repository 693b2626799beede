package rules

import "testing"

func TestDeployerQuotaProject(t *testing.T) {
	runCases(t, "GP205", []testCase{
		{
			name: "the billing project",
			plan: "impersonation",
			want: []wanted{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on projects/acme-ci",
			},
		},
		{
			name: "else the resource's own",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": nil,
			},
			want: []wanted{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "none without the override",
			plan: "minimal",
		},
	})
}
