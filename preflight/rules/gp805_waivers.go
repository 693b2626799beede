package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// waivers has no needs of its own: its findings are about the waivers of the
// configuration.
func waivers() Rule {
	return Rule{
		ID:       "GP805",
		Name:     "waivers",
		Title:    "The waivers of the configuration have not expired, and are needed",
		Severity: need.Warning,
		Needs:    func(*plan.Plan, Settings) []need.Need { return nil },
	}
}
