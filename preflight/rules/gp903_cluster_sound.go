package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func clusterSound() Rule {
	return Rule{
		ID:       "GP903",
		Name:     "cluster-sound",
		Title:    "GKE reports nothing that keeps the clusters from being changed",
		Severity: need.Error,
		Requires: []string{"GP201", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return existingClusterNeeds(p, need.Sound)
		},
	}
}
