package rules

import "gke-preflight/preflight/plan"

func poolsRecreated() Rule {
	return Rule{
		ID:       "GP902",
		Name:     "pools-recreated",
		Title:    "No node pool of the clusters that the plan changes must be recreated first",
		Severity: Error,
		Requires: []string{"GP201"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			return onExisting(p, Recreated)
		},
	}
}
