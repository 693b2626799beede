package rules

import "testing"

func TestHostFirewall(t *testing.T) {
	runCases(t, "GP505", []testCase{
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-service}@container-engine-robot.iam.gserviceaccount.com compute.firewalls.create compute.firewalls.delete compute.firewalls.get compute.firewalls.list compute.firewalls.update compute.networks.updatePolicy on projects/acme-host",
			},
		},
		{
			name: "network of the cluster project",
			plan: "minimal",
		},
	})
}
