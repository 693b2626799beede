package rules

import "testing"

func TestDeployerQuotaProject(t *testing.T) {
	runCases(t, "GP205", []testCase{
		{
			name: "the billing project",
			plan: "impersonation",
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on projects/acme-ci",
			},
		},
		{
			name: "else the resource's own",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": nil,
			},
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "none without the override",
			plan: "minimal",
		},
		{
			name: "none without the override, even with a billing project",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.user_project_override": nil,
			},
		},
		{
			name: "not known before apply",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": map[string]any{"references": []any{"local.billing"}},
			},
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on unknown: provider google sets billing_project from local.billing, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR",
			},
		},
	})
}
