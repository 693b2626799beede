package rules

import "testing"

func TestTakenAway(t *testing.T) {
	runCases(t, "GP801", []testCase{
		{
			name: "it answers the needs of others",
			plan: "self-harm",
		},
	})
}
