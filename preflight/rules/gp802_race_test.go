package rules

import "testing"

func TestRace(t *testing.T) {
	runCases(t, "GP802", []testCase{
		{
			name: "no needs of its own",
			plan: "grant-race",
		},
	})
}
