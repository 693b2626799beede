package rules

import "testing"

func TestNodeSecrets(t *testing.T) {
	runCases(t, "GP710", []testCase{
		{
			name: "certificate from Secret Manager",
			plan: "cmek",
			changes: set{
				after + "node_config.0.containerd_config": []any{map[string]any{"private_registry_access_config": []any{map[string]any{"certificate_authority_domain_config": []any{map[string]any{"gcp_secret_manager_certificate_config": []any{map[string]any{"secret_uri": "projects/acme-shared/secrets/ca/versions/1"}}}}}}}},
			},
			want: []wantNeed{
				"warning: node-service-account serviceAccount:gke-nodes@acme-prod.iam.gserviceaccount.com secretmanager.versions.access on //secretmanager.googleapis.com/projects/acme-shared/secrets/ca",
			},
		},
		{
			name: "certificate of an inline node pool",
			plan: "minimal",
			changes: set{
				afterUnknown + "node_pool": nil,
				after + "node_pool":        []any{map[string]any{}, map[string]any{"node_config": []any{map[string]any{"service_account": "n@acme-prod.iam.gserviceaccount.com", "containerd_config": []any{map[string]any{"private_registry_access_config": []any{map[string]any{"certificate_authority_domain_config": []any{map[string]any{"gcp_secret_manager_certificate_config": []any{map[string]any{"secret_uri": "projects/acme-shared/secrets/ca/versions/1"}}}}}}}}}}}},
			},
			want: []wantNeed{
				"warning: node-service-account serviceAccount:n@acme-prod.iam.gserviceaccount.com secretmanager.versions.access on //secretmanager.googleapis.com/projects/acme-shared/secrets/ca",
			},
		},
		{
			name: "no certificates",
			plan: "cmek",
		},
	})
}
