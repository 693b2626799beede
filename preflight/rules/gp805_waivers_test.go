package rules

import "testing"

func TestWaivers(t *testing.T) {
	runCases(t, "GP805", []testCase{
		{
			name: "no needs of its own",
			plan: "minimal",
		},
	})
}
