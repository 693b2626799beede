package rules

import "testing"

func TestDeployerOwnChanges(t *testing.T) {
	runCases(t, "GP208", []testCase{
		{
			name: "grants, APIs and service accounts",
			plan: "all-in-one-plan",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.create on projects/acme-new",
				"error: deployer iam.serviceAccounts.getIamPolicy iam.serviceAccounts.setIamPolicy on projects/acme-new/serviceAccounts/gke-nodes@acme-new.iam.gserviceaccount.com",
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-new",
				"error: deployer serviceusage.services.enable on projects/acme-new",
				"error: deployer serviceusage.services.list on projects/acme-new",
			},
		},
		{
			name: "destroyed resources",
			plan: "existing",
			want: []wantNeed{
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-prod",
				"error: deployer serviceusage.services.disable on projects/acme-prod",
			},
		},
		{
			name: "all kinds of policy resources",
			plan: "self-harm",
			want: []wantNeed{
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-dev",
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-prod",
				"error: deployer resourcemanager.projects.getIamPolicy resourcemanager.projects.setIamPolicy on projects/acme-staging",
			},
		},
		{
			name: "grant on a subnetwork of the host project",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: deployer compute.subnetworks.getIamPolicy compute.subnetworks.setIamPolicy on //compute.googleapis.com/projects/acme-host/regions/europe-west1/subnetworks/gke",
			},
		},
		{
			name: "grants on a folder and on the organization",
			plan: "minimal",
			changes: set{
				"resource_changes": append(changesOf(t, "minimal"),
					map[string]any{"address": "google_folder_iam_member.a", "mode": "managed", "type": "google_folder_iam_member", "name": "a", "change": map[string]any{"actions": []any{"create"}, "after": map[string]any{"folder": "folders/444444444444", "role": "roles/viewer", "member": "user:a@acme.example"}}},
					map[string]any{"address": "google_organization_iam_binding.b", "mode": "managed", "type": "google_organization_iam_binding", "name": "b", "change": map[string]any{"actions": []any{"delete"}, "before": map[string]any{"org_id": "100000000000", "role": "roles/viewer", "members": []any{}}}}),
			},
			want: []wantNeed{
				"error: deployer resourcemanager.folders.getIamPolicy resourcemanager.folders.setIamPolicy on folders/444444444444",
				"error: deployer resourcemanager.organizations.getIamPolicy resourcemanager.organizations.setIamPolicy on organizations/100000000000",
			},
		},
		{
			name: "replaced service account",
			plan: "traps/sa-replaced",
			want: []wantNeed{
				"error: deployer iam.serviceAccounts.create on projects/acme-prod",
				"error: deployer iam.serviceAccounts.delete on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com",
			},
		},
		{
			name: "updated service account",
			plan: "traps/sa-disabled",
			want: []wantNeed{"error: deployer iam.serviceAccounts.update on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com"},
		},
		{name: "abandoned service account", plan: "traps/sa-abandon", want: nil},
		{
			name: "service account key",
			plan: "traps/own-key",
			want: []wantNeed{"error: deployer iam.serviceAccountKeys.create on projects/acme-prod/serviceAccounts/gke-nodes@acme-prod.iam.gserviceaccount.com"},
		},
		{
			name: "deny policy",
			plan: "traps/deny-replace",
			want: []wantNeed{
				"error: deployer iam.denypolicies.create iam.denypolicies.get on projects/acme-prod",
				"error: deployer iam.denypolicies.delete on projects/acme-prod",
			},
		},
		{
			name: "custom role of the organization, and grant on a topic",
			plan: "minimal",
			changes: set{
				"resource_changes": append(changesOf(t, "minimal"),
					map[string]any{"address": "google_organization_iam_custom_role.a", "mode": "managed", "type": "google_organization_iam_custom_role", "name": "a", "change": map[string]any{"actions": []any{"update"}, "before": map[string]any{"org_id": "100000000000", "role_id": "nodes"}, "after": map[string]any{"org_id": "100000000000", "role_id": "nodes"}}},
					map[string]any{"address": "google_pubsub_topic_iam_member.b", "mode": "managed", "type": "google_pubsub_topic_iam_member", "name": "b", "change": map[string]any{"actions": []any{"create"}, "after": map[string]any{"topic": "projects/acme-prod/topics/gke", "role": "roles/pubsub.publisher", "member": "user:a@acme.example"}}}),
			},
			want: []wantNeed{
				"warning: deployer iam.roles.update on organizations/100000000000",
				"warning: deployer pubsub.topics.getIamPolicy pubsub.topics.setIamPolicy on //pubsub.googleapis.com/projects/acme-prod/topics/gke",
			},
		},
		{
			name: "no own changes",
			plan: "minimal",
		},
	})
}
