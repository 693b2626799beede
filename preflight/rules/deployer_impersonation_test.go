package rules

import "testing"

func TestDeployerImpersonation(t *testing.T) {
	runCases(t, "GP207", []testCase{
		{
			name: "where the provider impersonates",
			plan: "impersonation",
			want: []wanted{
				"error: deployer iam.serviceAccounts.getAccessToken on projects/acme-ci/serviceAccounts/deployer@acme-ci.iam.gserviceaccount.com",
			},
		},
		{
			name: "the first delegate on the way",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.impersonate_service_account_delegates": map[string]any{"constant_value": []any{"hop@acme-hop.iam.gserviceaccount.com"}},
			},
			want: []wanted{
				"error: deployer iam.serviceAccounts.getAccessToken on projects/acme-hop/serviceAccounts/hop@acme-hop.iam.gserviceaccount.com",
			},
		},
		{
			name: "nowhere else",
			plan: "minimal",
		},
	})
}
