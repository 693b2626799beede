package rules

import "gke-preflight/preflight/need"

// takenAway is derived from needs of other rules that are met now, and for which
// the plan removes what meets them.
func takenAway() Rule {
	return Rule{
		ID:       need.RuleRemoved,
		Name:     "taken-away",
		Title:    "Plan removes nothing that its clusters depend on",
		Severity: need.Error,
		Derived:  true,
	}
}
