package rules

import "testing"

func TestDeployerActsAsNodes(t *testing.T) {
	runCases(t, "GP203", []testCase{
		{
			name: "the default account where nobody names one",
			plan: "minimal",
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "both, with a pool that is thrown away",
			plan: "named-service-account",
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "Autopilot's account",
			plan: "autopilot",
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/autopilot-nodes@acme-prod.iam.gserviceaccount.com",
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "an account of another project",
			plan: "features",
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-identity/serviceAccounts/gke-nodes@acme-identity.iam.gserviceaccount.com",
			},
		},
		{
			name: "an account that is written as a path",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com"}},
			},
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/a@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "the word default",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "default"}},
			},
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/{number:acme-prod}-compute@developer.gserviceaccount.com",
			},
		},
		{
			name: "a unique ID",
			plan: "cmek",
			changes: set{
				after + "node_config": []any{map[string]any{"service_account": "112233445566778899000"}},
			},
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/112233445566778899000",
			},
		},
		{
			name: "for the pool that is replaced, not for the cluster that is updated",
			plan: "existing",
			want: []wanted{
				"error: deployer iam.serviceAccounts.actAs on projects/acme-prod/serviceAccounts/gke-nodes-v2@acme-prod.iam.gserviceaccount.com",
			},
		},
	})
}
