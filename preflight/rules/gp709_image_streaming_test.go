package rules

import "testing"

func TestImageStreaming(t *testing.T) {
	runCases(t, "GP709", []testCase{
		{
			name: "on",
			plan: "features",
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-identity.iam.gserviceaccount.com serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "off",
			plan: "features",
			changes: set{
				after + "node_config.0.gcfs_config.0.enabled": false,
			},
		},
		{
			name: "by one of two pools written inside the cluster",
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
			name: "by default, but for a pool that says no",
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
			name: "none",
			plan: "minimal",
		},
	})
}
