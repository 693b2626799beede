package rules

import "testing"

func TestBillingProjectAPI(t *testing.T) {
	runCases(t, "GP106", []testCase{
		{
			name: "where requests are billed elsewhere",
			plan: "impersonation",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-ci",
				"warning: compute.googleapis.com on projects/acme-ci",
			},
		},
		{
			name: "not without the override",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.user_project_override": nil,
			},
		},
		{
			name: "not where it is the cluster's own",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.billing_project": map[string]any{"constant_value": "acme-prod"},
			},
		},
		{
			name: "not known before apply",
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
			name: "not known, and the cluster's project neither",
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
