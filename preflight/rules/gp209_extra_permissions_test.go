package rules

import (
	"testing"

	"gke-preflight/preflight/need"
)

func TestExtraPermissions(t *testing.T) {
	runCases(t, "GP209", []testCase{
		{
			name: "three kinds of principal",
			plan: "cmek",
			settings: Settings{Extra: map[need.PrincipalKind][]string{
				need.Deployer: {"compute.disks.list"}, need.NodeServiceAccount: {"storage.objects.get"}, need.GKEServiceAgent: {"compute.disks.delete"},
			}},
			want: []wantNeed{
				"error: deployer compute.disks.list on projects/acme-prod",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.disks.delete on projects/acme-prod",
				"error: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com storage.objects.get on projects/acme-prod",
			},
		},
		{
			name: "no configuration",
			plan: "cmek",
		},
	})
}
