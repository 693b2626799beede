package rules

import "testing"

func TestRace(t *testing.T) {
	runCases(t, "GP802", []testCase{
		{
			name: "it answers the needs of others",
			plan: "grant-race",
		},
	})
}
