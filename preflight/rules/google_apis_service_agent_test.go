package rules

import "testing"

func TestGoogleAPIsServiceAgent(t *testing.T) {
	runCases(t, "GP404", []testCase{
		{
			name: "what instance groups need",
			plan: "minimal",
			want: []wanted{
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com compute.disks.create compute.instances.create compute.instances.setServiceAccount compute.subnetworks.use iam.serviceAccounts.actAs on projects/acme-prod",
			},
		},
		{
			name: "the subnetwork is the host's matter",
			plan: "shared-vpc",
			want: []wanted{
				"error: google-apis-service-agent serviceAccount:{number:acme-service}@cloudservices.gserviceaccount.com compute.disks.create compute.instances.create compute.instances.setServiceAccount iam.serviceAccounts.actAs on projects/acme-service",
			},
		},
	})
}
