package rules

import "testing"

func TestWorkloadIdentityNeeded(t *testing.T) {
	runCases(t, "GP713", []testCase{
		{
			name: "mesh certificates without Workload Identity",
			plan: "minimal",
			changes: set{
				after + "mesh_certificates": []any{map[string]any{"enable_certificates": true}},
			},
			want: []wantNeed{
				"warning: on projects/acme-prod finding: mesh_certificates[0].enable_certificates requires Workload Identity, but google_container_cluster.main has no workload_identity_config",
			},
		},
		{
			name: "Config Connector with Workload Identity",
			plan: "features",
			changes: set{
				after + "addons_config": []any{map[string]any{"config_connector_config": []any{map[string]any{"enabled": true}}}},
			},
			want: []wantNeed{
				"warning: on projects/acme-prod satisfied: addons_config[0].config_connector_config[0].enabled has the Workload Identity that it requires",
			},
		},
		{
			name: "no such options",
			plan: "minimal",
		},
	})
}
