package rules

import "testing"

func TestDeployerClusters(t *testing.T) {
	runCases(t, "GP201", []testCase{
		{
			name: "to create",
			plan: "minimal",
			want: []wanted{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "to throw the default pool away",
			plan: "named-service-account",
			want: []wanted{
				"error: deployer container.clusters.create container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "to destroy",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"delete"},
				"resource_changes.0.change.before":  map[string]any{"name": "main", "project": "acme-prod", "location": "europe-west1"},
			},
			want: []wanted{
				"error: deployer container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "to update",
			plan: "existing",
			want: []wanted{
				"error: deployer container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
				"error: deployer container.clusters.get container.clusters.update container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "to replace",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"create", "delete"},
			},
			want: []wanted{
				"error: deployer container.clusters.create container.clusters.delete container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "not to leave it alone",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"no-op"},
			},
		},
		{
			name: "not to forget it",
			plan: "minimal",
			changes: set{
				"resource_changes.0.change.actions": []any{"forget"},
			},
		},
		{
			name: "as the account that the provider impersonates",
			plan: "impersonation",
			want: []wanted{
				"error: deployer serviceAccount:deployer@acme-ci.iam.gserviceaccount.com container.clusters.create container.clusters.get container.operations.get on projects/acme-prod",
			},
		},
		{
			name: "not known whom, with credentials in the provider",
			plan: "minimal",
			changes: set{
				"configuration.provider_config.google.expressions.credentials": map[string]any{},
			},
			want: []wanted{
				"error: deployer container.clusters.create container.clusters.get container.operations.get on projects/acme-prod unknown: provider google sets its own credentials, which the plan does not show: give the same to gke-preflight, for example in GOOGLE_CREDENTIALS, and leave them out of the provider",
			},
		},
	})
}
