package rules

import "testing"

func TestDeployerActsAsNodes(t *testing.T) {
	runCases(t, "GP203", []testCase{
		{
			name: "the default account where nobody names one",
			plan: "minimal",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "both, with a pool that is thrown away",
			plan: "named-service-account",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "Autopilot's account",
			plan: "autopilot",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/autopilot-nodes@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "an account of another project",
			plan: "features",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-identity/serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com",
			},
		},
		{
			name: "an account that is written as a path",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com"}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "the word default",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "a unique ID",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "112233445566778899000"}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/112233445566778899000",
			},
		},
		{
			name: "for the pool that is replaced, not for the cluster that is updated",
			plan: "existing",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes-v2@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "an account that the plan marks as sensitive",
			plan: "cmek",
			changes: set{
				"resource_changes.0.change.after_sensitive.node_config": []any{map[string]any{"service_account": true}},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "not the account that an updated pool has already",
			plan: "existing",
			changes: set{
				"resource_changes.3.change.actions":            []any{"update"},
				"resource_changes.3.change.before.node_config": []any{map[string]any{"service_account": "gke-nodes-v2@acme-prod.iam.gserviceaccount.com"}},
			},
		},
		{
			name: "the account that an update gives to a pool",
			plan: "existing",
			changes: set{
				"resource_changes.3.change.actions": []any{"update"},
			},
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes-v2@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "the account of pools that GKE makes by itself",
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
			name: "the accounts of pools inside the cluster's block",
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
			name: "not known before apply",
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
