package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func computeAPI() Rule {
	return Rule{
		ID:       "GP102",
		Name:     "compute-api",
		Title:    "The Compute Engine API is on in the project of the clusters",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range living(p) {
				needs = append(needs, asService(s.inProject(), "compute.googleapis.com", "Compute Engine API"))
			}
			return needs
		},
	}
}
