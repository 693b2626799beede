package rules

import "testing"

func TestDeployerImpersonation(t *testing.T) {
	runCases(t, "GP207", []testCase{
		{
			name: "impersonated deployer",
			plan: "impersonation",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.getAccessToken on projects/acme-ci/serviceAccounts/deployer@acme-ci.iam.gserviceaccount.com",
			},
		},
		{
			name: "delegates",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.impersonate_service_account_delegates": map[string]any{"constant_value": []any{"hop@acme-hop.iam.gserviceaccount.com", "leap@acme-ci.iam.gserviceaccount.com"}},
			},
			want: []wantNeed{
				"error: delegate serviceAccount:hop@acme-hop.iam.gserviceaccount.com iam.serviceAccounts.implicitDelegation on projects/acme-ci/serviceAccounts/leap@acme-ci.iam.gserviceaccount.com",
				"error: delegate serviceAccount:leap@acme-ci.iam.gserviceaccount.com iam.serviceAccounts.getAccessToken on projects/acme-ci/serviceAccounts/deployer@acme-ci.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.implicitDelegation on projects/acme-hop/serviceAccounts/hop@acme-hop.iam.gserviceaccount.com",
			},
		},
		{
			name: "no impersonation",
			plan: "minimal",
		},
		{
			name: "unknown caller: credentials in the provider",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.credentials": map[string]any{},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.getAccessToken on projects/acme-ci/serviceAccounts/deployer@acme-ci.iam.gserviceaccount.com unknown: provider google sets credentials, which the plan does not contain: pass the same credentials to gke-preflight, for example in GOOGLE_CREDENTIALS, and remove them from the provider",
			},
		},
		{
			name: "account without a project in its name",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.impersonate_service_account": map[string]any{"constant_value": "112233445566778899000"},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.getAccessToken on unknown: the project of 112233445566778899000 does not follow from its name",
			},
		},
	})
}
