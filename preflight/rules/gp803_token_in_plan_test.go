package rules

import "testing"

func TestTokenInPlan(t *testing.T) {
	runCases(t, "GP803", []testCase{
		{
			name: "in the state before",
			plan: "kubernetes-provider",
			want: []wantNeed{
				"note: on stating: the plan file contains a plaintext access token from data.google_client_config: treat the file as a secret, and do not save it as a build artifact",
			},
		},
		{
			name: "none",
			plan: "minimal",
		},
		{
			name: "an empty one",
			plan: "minimal",
			changes: set{
				"prior_state": map[string]any{"values": map[string]any{"access_token": ""}},
			},
		},
	})
}
