package rules

import "gke-preflight/preflight/plan"

// waivers has no needs of its own: its findings are about the waivers of the
// configuration.
func waivers() Rule {
	return Rule{
		ID:       "GP805",
		Name:     "waivers",
		Title:    "The waivers of the configuration have not expired, and are needed",
		Severity: Warning,
		Needs:    func(*plan.Plan, Settings) []Need { return nil },
	}
}
