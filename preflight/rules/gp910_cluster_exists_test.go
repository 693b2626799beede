package rules

import "testing"

func TestClusterExists(t *testing.T) {
	runCases(t, "GP910", []testCase{
		{
			name: "clusters that are updated, and those of pools",
			plan: "existing",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/updated of projects/acme-prod/locations/europe-west1/clusters/updated",
			},
		},
		{
			name: "a new cluster, and its pool",
			plan: "named-service-account",
		},
		{
			name: "that of a new pool",
			plan: "traps/pool-named",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "those of the pools of a module",
			plan: "traps/pool-each",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/other of projects/acme-prod/locations/europe-west1/clusters/other",
			},
		},
		{
			name: "that of a path",
			plan: "traps/pool-path",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-service/locations/europe-west1/clusters/main of projects/acme-service/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "a pool that is updated",
			plan: "traps/pool-upd",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main expecting old of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "one that is replaced",
			plan: "traps/rep-same",
		},
		{
			name: "one that is only destroyed",
			plan: "traps/prevent",
		},
		{
			name: "one that is not known",
			plan: "traps/pool-unknown",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod unknown: the cluster of google_container_node_pool.new is not known before apply",
			},
		},
	})
}
