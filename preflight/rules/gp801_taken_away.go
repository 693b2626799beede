package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// takenAway has no needs of its own: its findings are those of other rules
// whose needs are met now, and are no longer once the plan is applied.
func takenAway() Rule {
	return Rule{
		ID:       "GP801",
		Name:     "taken-away",
		Title:    "The plan takes away nothing that its clusters live on",
		Severity: need.Error,
		Needs:    func(*plan.Plan, Settings) []need.Need { return nil },
	}
}
