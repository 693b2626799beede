package rules

import "testing"

func TestTakenAway(t *testing.T) {
	runCases(t, "GP801", []testCase{
		{
			name: "no needs of its own",
			plan: "self-harm",
		},
	})
}
