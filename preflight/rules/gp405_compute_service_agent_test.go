package rules

import (
	"testing"

	"gke-preflight/preflight/need"
)

func TestComputeServiceAgent(t *testing.T) {
	runCases(t, "GP405", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"warning: compute-service-agent serviceAccount:service-{number:acme-prod}@compute-system.iam.gserviceaccount.com compute.instances.create iam.serviceAccounts.actAs iam.serviceAccounts.getAccessToken on projects/acme-prod",
			},
		},
		{
			name:     "configured permissions",
			plan:     "minimal",
			settings: Settings{Canaries: map[need.PrincipalKind][]string{need.ComputeServiceAgent: {"compute.disks.create"}}},
			want: []wantNeed{
				"warning: compute-service-agent serviceAccount:service-{number:acme-prod}@compute-system.iam.gserviceaccount.com compute.disks.create on projects/acme-prod",
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
