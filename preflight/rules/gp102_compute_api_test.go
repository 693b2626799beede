package rules

import "testing"

func TestComputeAPI(t *testing.T) {
	runCases(t, "GP102", []testCase{
		{
			name: "wherever a cluster is built",
			plan: "minimal",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "not to destroy one",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
		{
			name: "also to update one, and for one that stands where the plan takes something away",
			plan: "existing",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-prod",
			},
		},
	})
}
