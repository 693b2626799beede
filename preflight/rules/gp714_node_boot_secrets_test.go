package rules

import "testing"

func TestNodeBootSecrets(t *testing.T) {
	runCases(t, "GP714", []testCase{
		{
			name: "init script and registry certificate of a node pool",
			plan: "rules/node-boot-secrets",
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com secretmanager.versions.access on //secretmanager.googleapis.com/projects/acme-prod/secrets/init",
				"warning: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com secretmanager.versions.access on //secretmanager.googleapis.com/projects/acme-prod/secrets/registry-ca",
			},
		},
		{
			name: "no secrets",
			plan: "minimal",
		},
	})
}
