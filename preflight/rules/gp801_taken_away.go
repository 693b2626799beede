package rules

import "gke-preflight/preflight/need"

// takenAway is derived from needs of other rules that are met now, and for which
// the plan removes what meets them.
func takenAway() Rule {
	return Rule{
		ID:       need.RuleRemoved,
		Name:     "taken-away",
		Title:    "The plan takes away nothing that its clusters live on",
		Severity: need.Error,
		Derived:  true,
	}
}
