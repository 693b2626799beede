package rules

import "gke-preflight/preflight/need"

// race is derived from needs of other rules that the plan meets, but possibly too
// late: nothing makes Terraform wait.
func race() Rule {
	return Rule{
		ID:       need.RuleUnordered,
		Name:     "race",
		Title:    "Clusters depend on the grants and APIs that the plan provides",
		Severity: need.Error,
		Derived:  true,
	}
}
