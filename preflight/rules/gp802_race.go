package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// race has no needs of its own: its findings are those of other rules whose
// needs the plan provides, without anything waiting for it.
func race() Rule {
	return Rule{
		ID:       "GP802",
		Name:     "race",
		Title:    "What the plan provides for its clusters, they wait for",
		Severity: need.Error,
		Needs:    func(*plan.Plan, Settings) []need.Need { return nil },
	}
}
