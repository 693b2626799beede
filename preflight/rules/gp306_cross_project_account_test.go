package rules

import "testing"

func TestCrossProjectAccount(t *testing.T) {
	runCases(t, "GP306", []testCase{
		{
			name: "service account of another project",
			plan: "features",
			want: []wantNeed{
				"error: compute-service-agent serviceAccount:service-{number:acme-prod}@compute-system.iam.gserviceaccount.com iam.serviceAccounts.getAccessToken on projects/acme-identity/serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com iam.serviceAccounts.actAs on projects/acme-identity/serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com",
			},
		},
		{
			name: "service account of the cluster project",
			plan: "cmek",
		},
		{
			name: "default service account",
			plan: "minimal",
		},
	})
}
