package rules

import "testing"

func TestKMSAPI(t *testing.T) {
	runCases(t, "GP602", []testCase{
		{
			name: "keys of another project",
			plan: "cmek",
			want: []wantNeed{
				"error: cloudkms.googleapis.com on projects/acme-kms",
			},
		},
		{
			name: "no keys",
			plan: "minimal",
		},
	})
}
