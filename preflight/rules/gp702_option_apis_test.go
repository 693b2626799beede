package rules

import "testing"

func TestOptionAPIs(t *testing.T) {
	runCases(t, "GP702", []testCase{
		{
			name: "many options",
			plan: "features",
			want: []wantNeed{
				"warning: bigquery.googleapis.com on projects/acme-prod",
				"warning: binaryauthorization.googleapis.com on projects/acme-prod",
				"warning: containerfilesystem.googleapis.com on projects/acme-prod",
				"warning: dns.googleapis.com on projects/acme-prod",
				"warning: file.googleapis.com on projects/acme-prod",
				"warning: gkebackup.googleapis.com on projects/acme-prod",
				"warning: gkehub.googleapis.com on projects/acme-fleet",
				"warning: gkehub.googleapis.com on projects/acme-prod",
				"warning: iamcredentials.googleapis.com on projects/acme-prod",
				"warning: pubsub.googleapis.com on projects/acme-prod",
				"warning: secretmanager.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "image streaming of an inline node pool",
			plan: "minimal",
			changes: set{
				afterUnknown + "node_pool": nil,
				after + "node_pool":        []any{map[string]any{}, map[string]any{"node_config": []any{map[string]any{"gcfs_config": []any{map[string]any{"enabled": true}}}}}},
			},
			want: []wantNeed{"warning: containerfilesystem.googleapis.com on projects/acme-prod"},
		},
		{
			name: "image streaming by default",
			plan: "minimal",
			changes: set{
				after + "node_pool_defaults": []any{map[string]any{"node_config_defaults": []any{map[string]any{"gcfs_config": []any{map[string]any{"enabled": true}}}}}},
			},
			want: []wantNeed{"warning: containerfilesystem.googleapis.com on projects/acme-prod"},
		},
		{
			name: "no options",
			plan: "minimal",
		},
		{
			name: "disabled options",
			plan: "minimal",
			changes: set{
				after + "secret_manager_config": []any{map[string]any{"enabled": false}},
				after + "binary_authorization":  []any{map[string]any{"evaluation_mode": "DISABLED"}},
				after + "dns_config":            []any{map[string]any{"cluster_dns": "PROVIDER_UNSPECIFIED"}},
			},
		},
	})
}
