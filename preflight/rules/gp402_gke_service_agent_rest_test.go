package rules

import "testing"

func TestGKEServiceAgentRest(t *testing.T) {
	runCases(t, "GP402", []testCase{
		{
			name: "what clusters are made of",
			plan: "minimal",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.disks.create compute.firewalls.create compute.firewalls.delete compute.firewalls.get compute.firewalls.list compute.firewalls.update compute.instanceTemplates.create compute.instances.create compute.networks.updatePolicy compute.networks.use compute.subnetworks.get compute.subnetworks.use compute.zoneOperations.get compute.zones.get compute.zones.list iam.serviceAccounts.actAs iam.serviceAccounts.get serviceusage.services.use on projects/acme-prod",
			},
		},
		{
			name: "the network is the host's matter",
			plan: "shared-vpc",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.disks.create compute.instanceTemplates.create compute.instances.create compute.zoneOperations.get compute.zones.get compute.zones.list iam.serviceAccounts.actAs iam.serviceAccounts.get serviceusage.services.use on projects/acme-service",
			},
		},
		{
			name: "no network for a pool whose cluster the plan does not have",
			plan: "hostile-names",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.disks.create compute.instanceTemplates.create compute.instances.create compute.zoneOperations.get compute.zones.get compute.zones.list iam.serviceAccounts.actAs iam.serviceAccounts.get serviceusage.services.use on projects/acme-prod",
			},
		},
	})
}
