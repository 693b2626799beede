package rules

import "testing"

func TestSupportingAPIs(t *testing.T) {
	runCases(t, "GP105", []testCase{
		{
			name: "notes where only this check calls them",
			plan: "minimal",
			want: []wanted{
				"note: cloudresourcemanager.googleapis.com on projects/acme-prod",
				"note: iam.googleapis.com on projects/acme-prod",
				"note: serviceusage.googleapis.com on projects/acme-prod",
			},
		},
		{
			name: "warnings where the plan does",
			plan: "all-in-one-plan",
			want: []wanted{
				"warning: cloudresourcemanager.googleapis.com on projects/acme-new",
				"warning: iam.googleapis.com on projects/acme-new",
				"warning: serviceusage.googleapis.com on projects/acme-new",
			},
		},
	})
}
