package rules

import "testing"

func TestImageStreaming(t *testing.T) {
	runCases(t, "GP709", []testCase{
		{
			name: "enabled",
			plan: "features",
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "disabled",
			plan: "features",
			changes: set{
				after + "node_config.0.gcfs_config.0.enabled": false,
			},
		},
		{
			name: "one of two inline node pools",
			plan: "minimal",
			changes: set{
				afterUnknown + "node_pool": nil,
				after + "node_pool": []any{
					map[string]any{"node_config": []any{map[string]any{"service_account": "plain@acme-prod.iam.gserviceaccount.com"}}},
					map[string]any{"node_config": []any{map[string]any{"service_account": "streams@acme-prod.iam.gserviceaccount.com", "gcfs_config": []any{map[string]any{"enabled": true}}}}},
				},
			},
			want: []wantNeed{
				"warning: node-service-account serviceAccount:streams@acme-prod.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "enabled by default, disabled for one node pool",
			plan: "minimal",
			changes: set{
				after + "node_pool_defaults": []any{map[string]any{"node_config_defaults": []any{map[string]any{"gcfs_config": []any{map[string]any{"enabled": true}}}}}},
				afterUnknown + "node_pool":   nil,
				after + "node_pool": []any{
					map[string]any{"node_config": []any{map[string]any{"service_account": "plain@acme-prod.iam.gserviceaccount.com", "gcfs_config": []any{map[string]any{"enabled": false}}}}},
					map[string]any{"node_config": []any{map[string]any{"service_account": "streams@acme-prod.iam.gserviceaccount.com"}}},
				},
			},
			want: []wantNeed{
				"warning: node-service-account serviceAccount:streams@acme-prod.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "not set",
			plan: "minimal",
		},
	})
}
