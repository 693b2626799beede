package rules

import "testing"

func TestMonitoringAPI(t *testing.T) {
	runCases(t, "GP104", []testCase{
		{
			name: "on unless it is turned off",
			plan: "minimal",
			want: []wantNeed{
				"warning: monitoring.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "turned off by service",
			plan: "minimal",
			changes: set{
				after + "monitoring_service": "none",
			},
		},
		{
			name: "turned off by components",
			plan: "minimal",
			changes: set{
				after + "monitoring_config": []any{map[string]any{"enable_components": []any{}}},
			},
		},
		{
			name: "some components are enough",
			plan: "minimal",
			changes: set{
				after + "monitoring_config": []any{map[string]any{"enable_components": []any{"SYSTEM_COMPONENTS"}}},
			},
			want: []wantNeed{
				"warning: monitoring.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "asked for once, not by each pool",
			plan: "hostile-names",
		},
	})
}
