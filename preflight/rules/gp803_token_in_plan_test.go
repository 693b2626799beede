package rules

import "testing"

func TestTokenInPlan(t *testing.T) {
	runCases(t, "GP803", []testCase{
		{
			name: "in the state before",
			plan: "kubernetes-provider",
			want: []wantNeed{
				"note: on stating: an access token stands in the plan file in clear, as data.google_client_config puts it there: treat the file as a secret, and do not keep it as an artifact",
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
