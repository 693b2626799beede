package rules

import "testing"

func TestNameFree(t *testing.T) {
	runCases(t, "GP905", []testCase{
		{
			name: "a new one",
			plan: "minimal",
			want: []wanted{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "ones that are there",
			plan: "existing",
		},
		{
			name: "one that is imported",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.importing": map[string]any{"id": "x"},
			},
		},
		{
			name: "one whose name only the configuration shows",
			plan: "minimal",
			changes: set{
				after + "name": nil,
				"resource_changes.0.change.after_unknown.name": true,
			},
			want: []wanted{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
	})
}
