package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func clusterSound() Rule {
	return Rule{
		ID:       "GP903",
		Name:     "cluster-sound",
		Title:    "GKE reports no condition that prevents changes to the clusters",
		Severity: need.Error,
		Requires: []string{"GP201", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return existingClusterNeeds(p, need.ClusterHealthy)
		},
	}
}
