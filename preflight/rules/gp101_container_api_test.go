package rules

import "testing"

func TestContainerAPI(t *testing.T) {
	runCases(t, "GP101", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "destroyed cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "cluster and node pools in one project",
			plan: "hostile-names",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "plan without GKE",
			plan: "nothing-to-check",
		},
		{
			name: "unknown project",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions": map[string]any{},
			},
			want: []wantNeed{
				"error: container.googleapis.com on unknown: neither the plan nor the environment names the project of google_container_cluster.main; pass --project ID",
			},
		},
	})
}
