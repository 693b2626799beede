package rules

import "testing"

func TestWaivers(t *testing.T) {
	runCases(t, "GP805", []testCase{
		{
			name: "it is about the configuration, not the plan",
			plan: "minimal",
		},
	})
}
