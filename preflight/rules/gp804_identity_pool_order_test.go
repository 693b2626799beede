package rules

import "testing"

func TestIdentityPoolOrder(t *testing.T) {
	runCases(t, "GP804", []testCase{
		{
			name: "grant without dependency",
			plan: "features",
			changes: set{
				"resource_changes": append(changesOf(t, "features"), map[string]any{"address": "google_service_account_iam_member.wi", "mode": "managed", "type": "google_service_account_iam_member", "name": "wi", "change": map[string]any{"actions": []any{"create"}, "after": map[string]any{"role": "roles/iam.workloadIdentityUser", "member": "serviceAccount:acme-prod.svc.id.goog[app/app]", "service_account_id": "projects/acme-prod/serviceAccounts/app@acme-prod.iam.gserviceaccount.com"}}}),
			},
			want: []wantNeed{
				"warning: on projects/acme-prod finding: google_service_account_iam_member.wi grants to acme-prod.svc.id.goog, which exists only after google_container_cluster.main is created, but does not depend on it",
			},
		},
		{
			name: "grant with dependency",
			plan: "features",
			changes: set{
				"resource_changes":                    append(changesOf(t, "features"), map[string]any{"address": "google_service_account_iam_member.wi", "mode": "managed", "type": "google_service_account_iam_member", "name": "wi", "change": map[string]any{"actions": []any{"create"}, "after": map[string]any{"role": "roles/iam.workloadIdentityUser", "member": "serviceAccount:acme-prod.svc.id.goog[app/app]", "service_account_id": "projects/acme-prod/serviceAccounts/app@acme-prod.iam.gserviceaccount.com"}}}),
				"configuration.root_module.resources": append(blocksOf(t, "features"), map[string]any{"address": "google_service_account_iam_member.wi", "mode": "managed", "type": "google_service_account_iam_member", "name": "wi", "depends_on": []any{"google_container_cluster.main"}}),
			},
		},
		{
			name: "cluster without the pool",
			plan: "minimal",
			changes: set{
				"resource_changes": append(changesOf(t, "minimal"), map[string]any{"address": "google_service_account_iam_member.wi", "mode": "managed", "type": "google_service_account_iam_member", "name": "wi", "change": map[string]any{"actions": []any{"create"}, "after": map[string]any{"role": "roles/iam.workloadIdentityUser", "member": "serviceAccount:acme-prod.svc.id.goog[app/app]", "service_account_id": "projects/acme-prod/serviceAccounts/app@acme-prod.iam.gserviceaccount.com"}}}),
			},
		},
		{
			name: "no such grant",
			plan: "features",
		},
	})
}
