package rules

import "testing"

func TestNodePoolNameFree(t *testing.T) {
	runCases(t, "GP909", []testCase{
		{
			name: "new node pool of a cluster outside the plan",
			plan: "traps/pool-named",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main/nodePools/new expecting new of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "imported node pool",
			plan: "traps/pool-named",
			changes: set{
				"resource_changes.0.change.importing": map[string]any{"id": "x"},
			},
		},
		{
			name: "node pool of a new cluster",
			plan: "named-service-account",
		},
		{
			name: "replaced under its name",
			plan: "traps/rep-pool",
		},
		{
			name: "replaced under another name",
			plan: "traps/rep-pool-name",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main/nodePools/new expecting new of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "replaced in another cluster",
			plan: "traps/rep-pool-cluster",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/other/nodePools/old expecting old of projects/acme-prod/locations/europe-west1/clusters/other",
			},
		},
		{
			name: "generated name",
			plan: "traps/rep-pool-prefix",
		},
		{
			name: "name not known before apply",
			plan: "traps/name-unknown",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/updated of projects/acme-prod/locations/europe-west1/clusters/updated unknown: the name of google_container_node_pool.new is not known before apply",
			},
		},
	})
}
