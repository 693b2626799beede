package rules

import "testing"

func TestDefaultAccountUsable(t *testing.T) {
	runCases(t, "GP304", []testCase{
		{
			name: "where nobody names an account",
			plan: "minimal",
			want: []wanted{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "by its own name",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "111111111111-compute@developer.gserviceaccount.com"}},
			},
			want: []wanted{
				"error: compute-default-service-account serviceAccount:111111111111-compute@developer.gserviceaccount.com on projects/111111111111/serviceAccounts/111111111111-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "not where somebody names another",
			plan: "cmek",
		},
	})
}
