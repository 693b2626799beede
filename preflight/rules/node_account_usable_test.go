package rules

import "testing"

func TestNodeAccountUsable(t *testing.T) {
	runCases(t, "GP301", []testCase{
		{
			name: "accounts that somebody names",
			plan: "named-service-account",
			want: []wanted{
				"error: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "not the default one",
			plan: "minimal",
		},
		{
			name: "not known before apply",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{}},
				"resource_changes.0.change.after_unknown.node_config": []any{map[string]any{"service_account": true}},
				block + "node_config": []any{map[string]any{"service_account": map[string]any{"references": []any{"local.account"}}}},
			},
			want: []wanted{
				"error: node-service-account on unknown: node_config[0].service_account is not known before apply",
			},
		},
	})
}
