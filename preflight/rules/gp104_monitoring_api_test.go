package rules

import "testing"

func TestMonitoringAPI(t *testing.T) {
	runCases(t, "GP104", []testCase{
		{
			name: "enabled by default",
			plan: "minimal",
			want: []wantNeed{
				"warning: monitoring.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "disabled by monitoring_service",
			plan: "minimal",
			changes: set{
				after + "monitoring_service": "none",
			},
		},
		{
			name: "disabled by empty components",
			plan: "minimal",
			changes: set{
				after + "monitoring_config": []any{map[string]any{"enable_components": []any{}}},
			},
		},
		{
			name: "enabled by one component",
			plan: "minimal",
			changes: set{
				after + "monitoring_config": []any{map[string]any{"enable_components": []any{"SYSTEM_COMPONENTS"}}},
			},
			want: []wantNeed{
				"warning: monitoring.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "one need for cluster and node pools",
			plan: "hostile-names",
		},
	})
}
