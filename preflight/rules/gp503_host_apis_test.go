package rules

import "testing"

func TestHostAPIs(t *testing.T) {
	runCases(t, "GP503", []testCase{
		{
			name: "both APIs",
			plan: "shared-vpc",
			want: []wantNeed{
				"error: compute.googleapis.com on projects/acme-host",
				"error: container.googleapis.com on projects/acme-host",
			},
		},
		{
			name: "nowhere else",
			plan: "minimal",
		},
	})
}
