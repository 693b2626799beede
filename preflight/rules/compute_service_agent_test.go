package rules

import "testing"

func TestComputeServiceAgent(t *testing.T) {
	runCases(t, "GP405", []testCase{
		{
			name: "tokens for VMs",
			plan: "minimal",
			want: []wanted{
				"warning: compute-service-agent serviceAccount:service-{number:acme-prod}@compute-system.iam.gserviceaccount.com compute.instances.create iam.serviceAccounts.actAs iam.serviceAccounts.getAccessToken on projects/acme-prod",
			},
		},
	})
}
