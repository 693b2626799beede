package rules

import "testing"

func TestNodeAccountUsable(t *testing.T) {
	runCases(t, "GP301", []testCase{
		{
			name: "named service accounts",
			plan: "named-service-account",
			want: []wantNeed{
				"error: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "default service account",
			plan: "minimal",
		},
		{
			name: "service account not known before apply",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{}},
				"resource_changes.0.change.after_unknown.node_config": []any{map[string]any{"service_account": true}},
				block + "node_config": []any{map[string]any{"service_account": map[string]any{"references": []any{"local.account"}}}},
			},
			want: []wantNeed{
				"error: node-service-account on unknown: node_config[0].service_account is not known before apply",
			},
		},
		{
			name: "Autopilot cluster with a named service account",
			plan: "autopilot",
			want: []wantNeed{
				"error: node-service-account serviceAccount:autopilot-nodes@acme-prod.iam.gserviceaccount.com on projects/acme-prod/serviceAccounts/autopilot-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "service account of another project",
			plan: "features",
			want: []wantNeed{
				"error: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com on projects/acme-identity/serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com",
			},
		},
		{
			name: "service account as a unique ID",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "112233445566778899000"}},
			},
			want: []wantNeed{
				"error: node-service-account serviceAccount:112233445566778899000 on projects/acme-prod/serviceAccounts/112233445566778899000",
			},
		},
	})
}
