package rules

import "testing"

func TestOptionAgent(t *testing.T) {
	runCases(t, "GP703", []testCase{
		{
			name: "many options",
			plan: "features",
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com bigquery.datasets.get bigquery.tables.create bigquery.tables.update bigquery.tables.updateData on projects/acme-prod",
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com binaryauthorization.policy.evaluatePolicy on projects/acme-prod",
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.reservations.get compute.reservations.list on projects/acme-prod",
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com dns.networks.bindPrivateDNSPolicy dns.networks.bindPrivateDNSZone on projects/acme-prod",
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com file.instances.create file.instances.get on projects/acme-prod",
			},
		},
		{
			name: "private nodes",
			plan: "minimal",
			changes: set{
				after + "private_cluster_config": []any{map[string]any{"enable_private_nodes": true}},
			},
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.addresses.createInternal compute.addresses.useInternal compute.forwardingRules.pscCreate on projects/acme-prod",
			},
		},
		{
			name: "option of an inline node pool",
			plan: "minimal",
			changes: set{
				afterUnknown + "node_pool": nil,
				after + "node_pool": []any{
					map[string]any{"placement_policy": []any{map[string]any{"policy_name": "near"}}},
					map[string]any{"node_config": []any{map[string]any{"node_group": "sole"}}},
				},
			},
			want: []wantNeed{
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.nodeGroups.get on projects/acme-prod",
				"warning: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com compute.resourcePolicies.use on projects/acme-prod",
			},
		},
		{
			name: "no options",
			plan: "minimal",
		},
	})
}
