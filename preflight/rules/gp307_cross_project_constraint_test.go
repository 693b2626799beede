package rules

import "testing"

func TestCrossProjectConstraint(t *testing.T) {
	runCases(t, "GP307", []testCase{
		{
			name: "service account of another project",
			plan: "features",
			want: []wantNeed{
				"error: on projects/acme-identity expecting iam.disableCrossProjectServiceAccountUsage",
			},
		},
		{
			name: "service account of the cluster project",
			plan: "cmek",
		},
		{
			name: "default service account",
			plan: "minimal",
		},
	})
}
