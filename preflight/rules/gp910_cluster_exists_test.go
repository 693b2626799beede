package rules

import "testing"

func TestClusterExists(t *testing.T) {
	runCases(t, "GP910", []testCase{
		{
			name: "updated clusters, and clusters of node pools",
			plan: "existing",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/updated of projects/acme-prod/locations/europe-west1/clusters/updated",
			},
		},
		{
			name: "new cluster with node pool",
			plan: "named-service-account",
		},
		{
			name: "cluster of a new node pool",
			plan: "traps/pool-named",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "clusters of node pools in a module",
			plan: "traps/pool-each",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main of projects/acme-prod/locations/europe-west1/clusters/main",
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/other of projects/acme-prod/locations/europe-west1/clusters/other",
			},
		},
		{
			name: "cluster as a path",
			plan: "traps/pool-path",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-service/locations/europe-west1/clusters/main of projects/acme-service/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "updated node pool",
			plan: "traps/pool-upd",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main expecting old of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
		{
			name: "replaced cluster",
			plan: "traps/rep-same",
		},
		{
			name: "destroyed cluster",
			plan: "traps/prevent",
		},
		{
			name: "cluster not known before apply",
			plan: "traps/pool-unknown",
			want: []wantNeed{
				"error: container.googleapis.com on projects/acme-prod unknown: the cluster of google_container_node_pool.new is not known before apply",
			},
		},
	})
}
