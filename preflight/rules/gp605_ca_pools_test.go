package rules

import "testing"

func TestCAPools(t *testing.T) {
	runCases(t, "GP605", []testCase{
		{
			name: "two CA pools",
			plan: "minimal",
			changes: set{
				after + "user_managed_keys_config": []any{map[string]any{"cluster_ca": "projects/acme-kms/locations/europe-west1/caPools/cluster", "etcd_api_ca": "//privateca.googleapis.com/projects/acme-kms/locations/europe-west1/caPools/etcd"}},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com privateca.certificates.create on //privateca.googleapis.com/projects/acme-kms/locations/europe-west1/caPools/cluster",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com privateca.certificates.create on //privateca.googleapis.com/projects/acme-kms/locations/europe-west1/caPools/etcd",
				"error: privateca.googleapis.com on projects/acme-kms",
			},
		},
		{
			name: "CA pool not known before apply",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.after_unknown.user_managed_keys_config": []any{map[string]any{"cluster_ca": true}},
				after + "user_managed_keys_config":                                 []any{map[string]any{}},
				block + "user_managed_keys_config":                                 []any{map[string]any{"cluster_ca": map[string]any{"references": []any{"var.pool"}}}},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com privateca.certificates.create on unknown: user_managed_keys_config[0].cluster_ca is not known before apply",
				"error: privateca.googleapis.com on unknown: user_managed_keys_config[0].cluster_ca is not known before apply",
			},
		},
		{
			name: "no CA pools",
			plan: "cmek",
		},
	})
}
