package rules

import "testing"

func TestGKEServiceAgentRest(t *testing.T) {
	runCases(t, "GP402", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.disks.create compute.firewalls.create compute.firewalls.delete compute.firewalls.get compute.firewalls.list compute.firewalls.update compute.instanceTemplates.create compute.instances.create compute.networks.updatePolicy compute.networks.use compute.subnetworks.get compute.subnetworks.use compute.zoneOperations.get compute.zones.get compute.zones.list iam.serviceAccounts.actAs iam.serviceAccounts.get serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.disks.create compute.instanceTemplates.create compute.instances.create compute.zoneOperations.get compute.zones.get compute.zones.list iam.serviceAccounts.actAs iam.serviceAccounts.get serviceusage.services.use on projects/acme-service",
			},
		},
		{
			name: "node pool of a cluster outside the plan",
			plan: "hostile-names",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.disks.create compute.instanceTemplates.create compute.instances.create compute.zoneOperations.get compute.zones.get compute.zones.list iam.serviceAccounts.actAs iam.serviceAccounts.get serviceusage.services.use on projects/acme-prod",
			},
		},
	})
}
