package rules

import "testing"

func TestClusterIdle(t *testing.T) {
	runCases(t, "GP901", []testCase{
		{
			name: "updated and destroyed clusters, and cluster of a changed node pool",
			plan: "existing",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/destroyed of projects/acme-prod/locations/europe-west1/clusters/destroyed",
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/updated expecting lasts of projects/acme-prod/locations/europe-west1/clusters/updated",
			},
		},
		{
			name: "new cluster",
			plan: "minimal",
		},
		{
			name: "new node pool of a new cluster",
			plan: "named-service-account",
		},
		{
			name: "cluster replaced under another name",
			plan: "traps/rep-name",
			want: []wantNeed{
				"error: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/old of projects/acme-prod/locations/europe-west1/clusters/old",
			},
		},
		{
			name: "warning for the cluster of a new node pool",
			plan: "traps/pool-named",
			want: []wantNeed{
				"warning: container.googleapis.com on //container.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/main expecting lasts of projects/acme-prod/locations/europe-west1/clusters/main",
			},
		},
	})
}
