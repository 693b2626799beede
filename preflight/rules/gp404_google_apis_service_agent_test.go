package rules

import (
	"testing"

	"gke-preflight/preflight/need"
)

func TestGoogleAPIsServiceAgent(t *testing.T) {
	runCases(t, "GP404", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com compute.disks.create compute.instances.create compute.instances.setServiceAccount compute.subnetworks.use iam.serviceAccounts.actAs on projects/acme-prod",
			},
		},
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: google-apis-service-agent serviceAccount:{number:acme-service}@cloudservices.gserviceaccount.com compute.disks.create compute.instances.create compute.instances.setServiceAccount iam.serviceAccounts.actAs on projects/acme-service",
			},
		},
		{
			name: "node pool of a cluster outside the plan",
			plan: "hostile-names",
			want: []wantNeed{
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com compute.disks.create compute.instances.create compute.instances.setServiceAccount iam.serviceAccounts.actAs on projects/acme-prod",
			},
		},
		{
			name:     "configured permissions",
			plan:     "minimal",
			settings: Settings{Canaries: map[need.PrincipalKind][]string{need.GoogleAPIsServiceAgent: {"compute.instances.create"}}},
			want: []wantNeed{
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com compute.instances.create on projects/acme-prod",
			},
		},
		{
			name: "destroyed cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
		},
	})
}
