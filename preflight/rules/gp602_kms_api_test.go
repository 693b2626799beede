package rules

import "testing"

func TestKMSAPI(t *testing.T) {
	runCases(t, "GP602", []testCase{
		{
			name: "in the project of the keys",
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
