package rules

import "testing"

func TestDeployerActsAsNodes(t *testing.T) {
	runCases(t, "GP203", []testCase{
		{
			name: "implicit default service account",
			plan: "minimal",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "temporary default node pool",
			plan: "named-service-account",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "Autopilot cluster",
			plan: "autopilot",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/autopilot-nodes@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "service account of another project",
			plan: "features",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-identity/serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com",
			},
		},
		{
			name: "service account as a path",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com"}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: `service account "default"`,
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "service account as a unique ID",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "112233445566778899000"}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/112233445566778899000",
			},
		},
		{
			name: "replaced node pool of an updated cluster",
			plan: "existing",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes-v2@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "sensitive service account",
			plan: "cmek",
			changes: set{
				"resource_changes.0.change.after_sensitive.node_config": []any{map[string]any{"service_account": true}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "updated node pool keeps its service account",
			plan: "existing",
			changes: set{
				"resource_changes.3.change.actions":            []any{"update"},
				"resource_changes.3.change.before.node_config": []any{map[string]any{"service_account": "gke-nodes-v2@acme-prod.iam.gserviceaccount.com"}},
			},
		},
		{
			name: "updated node pool gets a service account",
			plan: "existing",
			changes: set{
				"resource_changes.3.change.actions": []any{"update"},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes-v2@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "node auto-provisioning",
			plan: "cmek",
			changes: set{
				after + "cluster_autoscaling": []any{map[string]any{"enabled": true, "auto_provisioning_defaults": []any{map[string]any{"service_account": "auto@acme-prod.iam.gserviceaccount.com"}}}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/auto@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "inline node pools",
			plan: "cmek",
			changes: set{
				after + "node_pool": []any{
					map[string]any{"node_config": []any{map[string]any{"service_account": "a@acme-prod.iam.gserviceaccount.com"}}},
					map[string]any{"node_config": []any{map[string]any{"service_account": "b@acme-prod.iam.gserviceaccount.com"}}},
				},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/b@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "service account not known before apply",
			plan: "modules",
			changes: set{
				"resource_changes.2.change.actions": []any{"no-op"},
				"resource_changes.3.change.actions": []any{"no-op"},
				"resource_changes.4.change.actions": []any{"no-op"},
				"resource_changes.5.change.actions": []any{"no-op"},
				"resource_changes.6.change.actions": []any{"no-op"},
				"resource_changes.7.change.actions": []any{"no-op"},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on unknown: node_config[0].service_account is not known before apply",
			},
		},
	})
}
