package rules

import "testing"

func TestClusterIdle(t *testing.T) {
	runCases(t, "GP901", []testCase{
		{
			name: "clusters that are updated or destroyed, and that of a pool",
			plan: "existing",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/destroyed of projects/acme-prod/locations/europe-west1/clusters/destroyed",
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/updated expecting lasts of projects/acme-prod/locations/europe-west1/clusters/updated",
			},
		},
		{
			name: "a new cluster",
			plan: "minimal",
		},
		{
			name: "a new pool of a new cluster",
			plan: "named-service-account",
		},
		{
			name: "the old cluster of one that is replaced under another name",
			plan: "traps/rep-name",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/old of projects/acme-prod/locations/europe-west1/clusters/old",
			},
		},
		{
			name: "the cluster of a new pool: the provider tries again",
			plan: "traps/pool-named",
			want: []wantNeed{
				"warning: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main expecting lasts of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
	})
}
