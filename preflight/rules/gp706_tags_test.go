package rules

import "testing"

func TestTags(t *testing.T) {
	runCases(t, "GP706", []testCase{
		{
			name: "tag as a number",
			plan: "features",
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagHolds.create on tagValues/281479000000002",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagValueBindings.create on projects/acme-prod",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagValueBindings.create on tagValues/281479000000002",
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com resourcemanager.tagValueBindings.create on projects/acme-prod",
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com resourcemanager.tagValueBindings.create on tagValues/281479000000002",
			},
		},
		{
			name: "tag as a name",
			plan: "features",
			changes: set{
				after + "node_config.0.resource_manager_tags": map[string]any{"acme/workload": "acme/workload/gke"},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagHolds.create on unknown: node_config[0].resource_manager_tags names a tag that cannot be looked up before apply: write it as tagValues/NUMBER",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagValueBindings.create on projects/acme-prod",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagValueBindings.create on unknown: node_config[0].resource_manager_tags names a tag that cannot be looked up before apply: write it as tagValues/NUMBER",
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com resourcemanager.tagValueBindings.create on projects/acme-prod",
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com resourcemanager.tagValueBindings.create on unknown: node_config[0].resource_manager_tags names a tag that cannot be looked up before apply: write it as tagValues/NUMBER",
			},
		},
		{
			name: "tag of an inline node pool",
			plan: "minimal",
			changes: set{
				afterUnknown + "node_pool": nil,
				after + "node_pool":        []any{map[string]any{}, map[string]any{"node_config": []any{map[string]any{"resource_manager_tags": map[string]any{"tagKeys/1": "tagValues/2"}}}}},
			},
			want: []wantNeed{
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagHolds.create on tagValues/2",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagValueBindings.create on projects/acme-prod",
				"error: gke-service-agent serviceAccount:service-{number:acme-prod}@container-engine-robot.iam.gserviceaccount.com resourcemanager.tagValueBindings.create on tagValues/2",
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com resourcemanager.tagValueBindings.create on projects/acme-prod",
				"error: google-apis-service-agent serviceAccount:{number:acme-prod}@cloudservices.gserviceaccount.com resourcemanager.tagValueBindings.create on tagValues/2",
			},
		},
		{
			name: "no tags",
			plan: "minimal",
		},
	})
}
