package rules

import "testing"

func TestLoggingAPI(t *testing.T) {
	runCases(t, "GP103", []testCase{
		{
			name: "enabled by default",
			plan: "minimal",
			want: []wantNeed{
				"warning: logging.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "disabled by logging_service",
			plan: "minimal",
			changes: set{
				after + "logging_service": "none",
			},
		},
		{
			name: "disabled by empty components",
			plan: "minimal",
			changes: set{
				after + "logging_config": []any{map[string]any{"enable_components": []any{}}},
			},
		},
		{
			name: "enabled by one component",
			plan: "minimal",
			changes: set{
				after + "logging_config": []any{map[string]any{"enable_components": []any{"SYSTEM_COMPONENTS"}}},
			},
			want: []wantNeed{
				"warning: logging.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "one need for cluster and node pools",
			plan: "hostile-names",
		},
		{
			name: "setting not known before apply",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.after_unknown.logging_config": true,
				block + "logging_config":                                 []any{map[string]any{"enable_components": map[string]any{"references": []any{"local.components"}}}},
			},
			want: []wantNeed{
				"warning: logging.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "destroyed cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
	})
}
