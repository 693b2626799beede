package rules

import "testing"

func TestClusterSound(t *testing.T) {
	runCases(t, "GP903", []testCase{
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
	})
}
