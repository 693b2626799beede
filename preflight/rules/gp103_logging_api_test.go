package rules

import "testing"

func TestLoggingAPI(t *testing.T) {
	runCases(t, "GP103", []testCase{
		{
			name: "on unless it is turned off",
			plan: "minimal",
			want: []wantNeed{
				"warning: logging.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "turned off by service",
			plan: "minimal",
			changes: set{
				after + "logging_service": "none",
			},
		},
		{
			name: "turned off by components",
			plan: "minimal",
			changes: set{
				after + "logging_config": []any{map[string]any{"enable_components": []any{}}},
			},
		},
		{
			name: "some components are enough",
			plan: "minimal",
			changes: set{
				after + "logging_config": []any{map[string]any{"enable_components": []any{"SYSTEM_COMPONENTS"}}},
			},
			want: []wantNeed{
				"warning: logging.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "asked for once, not by each pool",
			plan: "hostile-names",
		},
		{
			name: "on where it is not known before apply",
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
			name: "not to destroy",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
	})
}
