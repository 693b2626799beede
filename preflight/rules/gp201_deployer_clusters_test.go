package rules

import "testing"

func TestDeployerClusters(t *testing.T) {
	runCases(t, "GP201", []testCase{
		{
			name: "new cluster",
			plan: "minimal",
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "temporary default node pool",
			plan: "named-service-account",
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "destroyed cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
			want: []wantNeed{
				"error: deployer container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "updated cluster",
			plan: "existing",
			want: []wantNeed{
				"error: deployer container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "replaced cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"create", "delete"},
			},
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "unchanged cluster",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"no-op"},
			},
		},
		{
			name: "cluster removed from the state only",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"forget"},
			},
		},
		{
			name: "impersonated deployer",
			plan: "impersonation",
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com container.clusters.create container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "unknown deployer: credentials in the provider",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions.credentials": map[string]any{},
			},
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on projects/acme-prod unknown: provider google sets credentials, which the plan does not contain: pass the same credentials to gke-preflight, for example in GOOGLE_CREDENTIALS, and remove them from the provider; or name the account with --deployer EMAIL",
			},
		},
		{
			name: "delegates",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.impersonate_service_account_delegates": map[string]any{"constant_value": []any{"a@acme-hop.iam.gserviceaccount.com", "b@acme-hop.iam.gserviceaccount.com"}},
			},
			want: []wantNeed{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com container.clusters.create container.clusters.get container.operations.get on projects/acme-prod through a@acme-hop.iam.gserviceaccount.com, b@acme-hop.iam.gserviceaccount.com",
			},
		},
		{
			name: "unknown deployer: impersonated account not known before apply",
			plan: "impersonation",
			changes: set{
				"configuration.provider_config.google.expressions.impersonate_service_account": map[string]any{"references": []any{"local.deployer"}},
			},
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on projects/acme-prod unknown: provider google sets impersonate_service_account from local.deployer, whose value a plan's JSON does not show: check the binary plan, or name its configuration with --source DIR, or the account with --deployer EMAIL",
			},
		},
		{
			name: "unknown deployer: access token in the provider",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions.access_token": map[string]any{},
			},
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on projects/acme-prod unknown: provider google sets access_token, which the plan does not contain: pass the same credentials to gke-preflight, for example in GOOGLE_CREDENTIALS, and remove them from the provider; or name the account with --deployer EMAIL",
			},
		},
		{
			name: "unknown project",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions": map[string]any{},
			},
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on unknown: neither the plan nor the environment names the project of google_container_cluster.main; pass --project ID",
			},
		},
		{
			name: "cluster replaced in another project",
			plan: "traps/rep-project",
			want: []wantNeed{
				"error: deployer container.clusters.create container.clusters.get container.clusters.update container.operations.get on projects/acme-dev",
				"error: deployer container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "destroyed and abandoned clusters",
			plan: "traps/prevent",
			want: []wantNeed{
				"error: deployer container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
	})
}
