package rules

import "testing"

func TestDeployerNetwork(t *testing.T) {
	runCases(t, "GP206", []testCase{
		{
			name: "the network, and the region",
			plan: "minimal",
			want: []wanted{
				"warning: deployer compute.networks.get compute.subnetworks.get on projects/acme-prod",
				"warning: deployer compute.regions.get on projects/acme-prod",
			},
		},
		{
			name: "the network in the host project",
			plan: "shared-vpc",
			want: []wanted{
				"warning: deployer compute.networks.get compute.subnetworks.get on projects/acme-host",
				"warning: deployer compute.regions.get on projects/acme-service",
			},
		},
		{
			name: "not for what is there",
			plan: "existing",
		},
	})
}
