package rules

import "gke-preflight/preflight/need"

// waivers is derived from the waivers of the configuration.
func waivers() Rule {
	return Rule{
		ID:       need.RuleWaivers,
		Name:     "waivers",
		Title:    "Waivers in the configuration are needed and have not expired",
		Severity: need.Warning,
		Derived:  true,
	}
}
