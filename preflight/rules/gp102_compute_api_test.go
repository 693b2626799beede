package rules

import "testing"

func TestComputeAPI(t *testing.T) {
	runCases(t, "GP102", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-prod",
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
		{
			name: "updated cluster, and unchanged cluster that loses something",
			plan: "existing",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-prod",
			},
		},
	})
}
