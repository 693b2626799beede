package rules

import "testing"

func TestNameFree(t *testing.T) {
	runCases(t, "GP905", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "existing clusters",
			plan: "existing",
		},
		{
			name: "imported cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.importing": map[string]any{"id": "x"},
			},
		},
		{
			name: "name only in the configuration",
			plan: "minimal",
			changes: set{
				after + "name": nil,
				"resource_changes.0.change.after_unknown.name": true,
			},
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "replaced under another name",
			plan: "traps/rep-name",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/taken of projects/acme-prod/locations/europe-west1/clusters/taken",
			},
		},
		{
			name: "replaced under its name",
			plan: "traps/rep-same",
		},
		{
			name: "replaced under its name, created first (GP911)",
			plan: "traps/rep-cbd",
		},
		{
			name: "replaced in another project",
			plan: "traps/rep-project",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-dev/locations/europe-west1/clusters/main of projects/acme-dev/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "abandoned and created under its name (GP911)",
			plan: "traps/abandon-replace",
		},
		{
			name: "name not known before apply",
			plan: "traps/name-unknown",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod unknown: the name of google_container_cluster.main is not known before apply",
			},
		},
		{
			name: "location from the region of the provider",
			plan: "traps/noloc",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "unknown region of the provider",
			plan: "traps/noloc-var",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/-/clusters/main of projects/acme-prod/locations/-/clusters/main finding: the location of google_container_cluster.main comes from the region of provider google (var.region), which the plan does not show: set location",
			},
		},
	})
}
