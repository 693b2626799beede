package rules

import "testing"

func TestDeletionProtection(t *testing.T) {
	runCases(t, "GP904", []testCase{
		{
			name: "destroyed protected cluster",
			plan: "existing",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan destroys cluster destroyed, whose deletion_protection is true in Terraform's state: set it to false and apply that first",
			},
		},
		{
			name: "destroyed unprotected cluster",
			plan: "existing",
			changes: set{
				"resource_changes.0.change.before.deletion_protection": false,
			},
			want: []wantNeed{
				"error: on projects/acme-prod satisfied: cluster destroyed is not protected against deletion",
			},
		},
		{
			name: "new protected cluster",
			plan: "features",
		},
		{
			name: "deletion_policy PREVENT and ABANDON",
			plan: "traps/prevent",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan destroys cluster main, whose deletion_policy is PREVENT in Terraform's state: set it to DELETE and apply that first",
				"error: on projects/acme-prod finding: the plan destroys node pool p, whose deletion_policy is PREVENT in Terraform's state: set it to DELETE and apply that first",
			},
		},
		{
			name: "replaced with deletion_policy PREVENT",
			plan: "traps/prevent-replace",
			want: []wantNeed{
				"error: on projects/acme-prod finding: the plan destroys cluster old, whose deletion_policy is PREVENT in Terraform's state: set it to DELETE and apply that first",
			},
		},
	})
}
