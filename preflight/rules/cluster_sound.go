package rules

import "gke-preflight/preflight/plan"

func clusterSound() Rule {
	return Rule{
		ID:       "GP903",
		Name:     "cluster-sound",
		Title:    "GKE reports nothing that keeps the clusters from being changed",
		Severity: Error,
		Requires: []string{"GP201", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			return onExisting(p, Sound)
		},
	}
}
