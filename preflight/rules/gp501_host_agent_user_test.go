package rules

import "testing"

func TestHostAgentUser(t *testing.T) {
	runCases(t, "GP501", []testCase{
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com container.hostServiceAgent.use on projects/acme-host",
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
				"error: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com container.hostServiceAgent.use on projects/999999999999 if it is not acme-service",
			},
		},
	})
}
