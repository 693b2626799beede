package rules

import "gke-preflight/preflight/plan"

func computeAPI() Rule {
	return Rule{
		ID:       "GP102",
		Name:     "compute-api",
		Title:    "The Compute Engine API is on in the project of the clusters",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range living(p) {
				needs = append(needs, s.inProject().api("compute.googleapis.com", "Compute Engine API"))
			}
			return needs
		},
	}
}
