package rules

import "gke-preflight/preflight/need"

// race is derived from needs of other rules that the plan meets, but possibly too
// late: nothing makes Terraform wait.
func race() Rule {
	return Rule{
		ID:       need.RuleUnordered,
		Name:     "race",
		Title:    "What the plan provides for its clusters, they wait for",
		Severity: need.Error,
		Derived:  true,
	}
}
