package rules

import "gke-preflight/preflight/need"

// waivers is derived from the waivers of the configuration.
func waivers() Rule {
	return Rule{
		ID:       need.RuleWaivers,
		Name:     "waivers",
		Title:    "The waivers of the configuration have not expired, and are needed",
		Severity: need.Warning,
		Derived:  true,
	}
}
