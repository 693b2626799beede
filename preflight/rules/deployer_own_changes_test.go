package rules

import "testing"

func TestDeployerOwnChanges(t *testing.T) {
	runCases(t, "GP208", []testCase{
		{
			name: "grants, APIs and accounts",
			plan: "all-in-one-plan",
			want: []wanted{
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-new",
				"error: deployer serviceusage.services.enable on projects/acme-new",
				"warning: deployer iam.serviceAccounts.create on projects/acme-new",
				"warning: deployer iam.serviceAccounts.getIamPolicy iam.serviceAccounts.setIamPolicy on projects/acme-new/serviceAccounts/gke-nodes@acme-new.iam.gserviceaccount.com",
			},
		},
		{
			name: "what goes",
			plan: "existing",
			want: []wanted{
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-prod",
				"error: deployer serviceusage.services.disable on projects/acme-prod",
			},
		},
		{
			name: "whatever way a policy is written",
			plan: "self-harm",
			want: []wanted{
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-dev",
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-prod",
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-staging",
			},
		},
		{
			name: "a grant on the subnetwork of the host project",
			plan: "shared-vpc",
			want: []wanted{
				"warning: deployer compute.subnetworks.getIamPolicy compute.subnetworks.setIamPolicy on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
			},
		},
		{
			name: "nothing of the kind",
			plan: "minimal",
		},
	})
}
