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
			name: "registry hosts of a dynamic block that is not known before apply",
			plan: "rules/node-boot-secrets-unknown",
			want: []wantNeed{
				"warning: node-service-account secretmanager.versions.access on unknown: cluster_autoscaling[0].auto_provisioning_defaults[0].service_account is not known before apply",
				"warning: node-service-account secretmanager.versions.access on unknown: node_pool[0].node_config[0].service_account is not known before apply",
				"warning: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com secretmanager.versions.access on unknown: node_config[0].containerd_config[0].registry_hosts is not known before apply",
			},
		},
		{
			name: "no secrets",
			plan: "minimal",
		},
	})
}
