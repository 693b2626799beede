package rules

import "testing"

func TestTokenInPlan(t *testing.T) {
	runCases(t, "GP803", []testCase{
		{
			name: "token in the prior state",
			plan: "kubernetes-provider",
			want: []wantNeed{
				"note: on finding: the plan file contains a plaintext access token from data.google_client_config: treat the file as a secret, and do not save it as a build artifact",
			},
		},
		{
			name: "no token",
			plan: "minimal",
		},
		{
			name: "empty token",
			plan: "minimal",
			changes: set{
				"prior_state": map[string]any{"values": map[string]any{"access_token": ""}},
			},
		},
	})
}
