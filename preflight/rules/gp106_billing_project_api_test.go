package rules

import "testing"

func TestBillingProjectAPI(t *testing.T) {
	runCases(t, "GP106", []testCase{
		{
			name: "billing project",
			plan: "impersonation",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-ci",
				"warning: compute.googleapis.com on projects/acme-ci",
			},
		},
		{
			name: "no user_project_override",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.user_project_override": nil,
			},
		},
		{
			name: "billing project is the cluster project",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": map[string]any{"constant_value": "acme-prod"},
			},
		},
		{
			name: "billing project not known before apply",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": map[string]any{"references": []any{"local.billing"}},
			},
			want: []wantNeed{
				"error: container.googleapis.com on unknown: provider google sets billing_project from local.billing, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR",
				"warning: compute.googleapis.com on unknown: provider google sets billing_project from local.billing, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR",
			},
		},
		{
			name: "neither project known before apply",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": map[string]any{"references": []any{"local.billing"}},
				"configuration.provider_config.google.expressions.project":         nil,
			},
			want: []wantNeed{
				"error: container.googleapis.com on unknown: provider google sets billing_project from local.billing, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR",
				"warning: compute.googleapis.com on unknown: provider google sets billing_project from local.billing, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR",
			},
		},
	})
}
