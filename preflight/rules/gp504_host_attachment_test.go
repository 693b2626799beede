package rules

import "testing"

func TestHostAttachment(t *testing.T) {
	runCases(t, "GP504", []testCase{
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-service expecting acme-host",
			},
		},
		{
			name: "network of the cluster project",
			plan: "minimal",
		},
		{
			name: "network project as a number",
			plan: "shared-vpc",
			changes: set{
				"resource_changes.1.change.after.network":    "projects/999999999999/global/networks/shared",
				"resource_changes.1.change.after.subnetwork": "projects/999999999999/regions/europe-west1/subnetworks/gke",
			},
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-service expecting 999999999999 if it is not 999999999999",
			},
		},
	})
}
