package rules

import "testing"

func TestCrossProjectConstraint(t *testing.T) {
	runCases(t, "GP307", []testCase{
		{
			name: "an account of another project",
			plan: "features",
			want: []wantNeed{
				"error: on projects/acme-identity expecting iam.disableCrossProjectServiceAccountUsage",
			},
		},
		{
			name: "one of the cluster's own",
			plan: "cmek",
		},
		{
			name: "the default account",
			plan: "minimal",
		},
	})
}
