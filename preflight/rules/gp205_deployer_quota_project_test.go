package rules

import "testing"

func TestDeployerQuotaProject(t *testing.T) {
	runCases(t, "GP205", []testCase{
		{
			name: "billing project",
			plan: "impersonation",
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on projects/acme-ci",
			},
		},
		{
			name: "no billing project: project of the resource",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": nil,
			},
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "no user_project_override",
			plan: "minimal",
		},
		{
			name: "billing project without user_project_override",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.user_project_override": nil,
			},
		},
		{
			name: "billing project not known before apply",
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
