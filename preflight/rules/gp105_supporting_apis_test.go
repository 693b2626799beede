package rules

import "testing"

func TestSupportingAPIs(t *testing.T) {
	runCases(t, "GP105", []testCase{
		{
			name: "notes for APIs that only the check calls",
			plan: "minimal",
			want: []wantNeed{
				"note: cloudresourcemanager.googleapis.com on projects/acme-prod",
				"note: iam.googleapis.com on projects/acme-prod",
				"note: serviceusage.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "warnings for APIs that the plan calls",
			plan: "all-in-one-plan",
			want: []wantNeed{
				"warning: cloudresourcemanager.googleapis.com on projects/acme-new",
				"warning: iam.googleapis.com on projects/acme-new",
				"warning: serviceusage.googleapis.com on projects/acme-new",
			},
		},
		{
			name: "custom roles belong to the IAM API",
			plan: "grant-race",
			changes: set{
				"resource_changes.1.type":           "google_project_iam_custom_role",
				"resource_changes.1.address":        "google_project_iam_custom_role.node_role",
				"resource_changes.3.change.actions": []any{"no-op"},
			},
			want: []wantNeed{
				"note: cloudresourcemanager.googleapis.com on projects/acme-new",
				"warning: iam.googleapis.com on projects/acme-new",
				"warning: serviceusage.googleapis.com on projects/acme-new",
			},
		},
		{
			name: "unchanged resources",
			plan: "grant-race",
			changes: set{
				"resource_changes.1.change.actions": []any{"no-op"},
				"resource_changes.2.change.actions": []any{"no-op"},
				"resource_changes.3.change.actions": []any{"no-op"},
			},
			want: []wantNeed{
				"note: cloudresourcemanager.googleapis.com on projects/acme-new",
				"note: iam.googleapis.com on projects/acme-new",
				"note: serviceusage.googleapis.com on projects/acme-new",
			},
		},
	})
}
