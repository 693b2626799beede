package rules

import "testing"

func TestClusterSound(t *testing.T) {
	runCases(t, "GP903", []testCase{
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
	})
}
