package rules

import "testing"

func TestDefaultAccountUsable(t *testing.T) {
	runCases(t, "GP304", []testCase{
		{
			name: "no service account set",
			plan: "minimal",
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "default service account by email",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "111111111111-compute@developer.gserviceaccount.com"}},
			},
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:111111111111-compute@developer.gserviceaccount.com on projects/111111111111/serviceAccounts/111111111111-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "other service account",
			plan: "cmek",
		},
		{
			name: `service account "default"`,
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "temporary default node pool",
			plan: "named-service-account",
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "unchanged cluster that loses something",
			plan: "existing",
			want: []wantNeed{
				"error: compute-default-service-account serviceAccount:{number:acme-prod}-compute@developer.gserviceaccount.com on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com unchanged",
			},
		},
		{
			name: "unknown project",
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
