package rules

import "testing"

func TestDefaultAccountUsable(t *testing.T) {
	runCases(t, "GP304", []testCase{
		{
			name: "where nobody names an account",
			plan: "minimal",
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "by its own name",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "111111111111-compute@developer.gserviceaccount.com"}},
			},
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:111111111111-compute@developer.gserviceaccount.com on projects/111111111111/serviceAccounts/111111111111-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "not where somebody names another",
			plan: "cmek",
		},
		{
			name: "where somebody writes default",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "for the pool that is thrown away",
			plan: "named-service-account",
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "not once it has been thrown away, but for a cluster that stands where the plan takes something away",
			plan: "existing",
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com while it stands",
			},
		},
		{
			name: "not known where, without a project",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions": map[string]any{},
			},
			want: []wantNeed{
				"error: compute-default-service-account on unknown: neither the plan nor the environment names the project of google_container_cluster.main; pass --project ID",
			},
		},
	})
}
