package rules

import "testing"

func TestHostAPIs(t *testing.T) {
	runCases(t, "GP503", []testCase{
		{
			name: "Shared VPC",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-host",
				"error: container.googleapis.com on projects/acme-host",
			},
		},
		{
			name: "network of the cluster project",
			plan: "minimal",
		},
	})
}
