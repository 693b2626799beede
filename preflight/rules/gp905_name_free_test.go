package rules

import "testing"

func TestNameFree(t *testing.T) {
	runCases(t, "GP905", []testCase{
		{
			name: "a new one",
			plan: "minimal",
			want: []wantNeed{
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
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "one that is replaced under another name",
			plan: "traps/rep-name",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/taken of projects/acme-prod/locations/europe-west1/clusters/taken",
			},
		},
		{
			name: "one that is replaced under its name",
			plan: "traps/rep-same",
		},
		{
			name: "one that is replaced under its name, created first: the matter of GP911",
			plan: "traps/rep-cbd",
		},
		{
			name: "one that is replaced in another project",
			plan: "traps/rep-project",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-dev/locations/europe-west1/clusters/main of projects/acme-dev/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "one whose name stays with what is abandoned: the matter of GP911",
			plan: "traps/abandon-replace",
		},
		{
			name: "one whose name is not known",
			plan: "traps/name-unknown",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod unknown: the name of google_container_cluster.main is not known before apply",
			},
		},
		{
			name: "one that comes from the region of the provider",
			plan: "traps/noloc",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "region of the provider that the plan does not show",
			plan: "traps/noloc-var",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/-/clusters/main of projects/acme-prod/locations/-/clusters/main stating: the location of google_container_cluster.main comes from the region of provider google (var.region), which the plan does not show: set location",
			},
		},
	})
}
