package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func clusterIdle() Rule {
	return Rule{
		ID:       "GP901",
		Name:     "cluster-idle",
		Title:    "No operation is running on the clusters that the plan changes",
		Severity: need.Error,
		Requires: []string{"GP201", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			needs := existingClusterNeeds(p, need.NoRunningOperation)
			changed := changedClusters(p)
			for i := range needs {
				if !changed[needs[i].Resource] {
					// The provider retries a change of a node pool until the operation
					// ends, or until its timeout: retryWhileIncompatibleOperation
					// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go
					needs[i].Severity = need.Warning
				}
			}
			return needs
		},
	}
}

// changedClusters returns the full resource names of the clusters that apply
// changes or destroys themselves, not only their node pools.
func changedClusters(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	for _, t := range targets(p) {
		if t.isNodePool {
			continue
		}
		for _, name := range t.existingClusters() {
			out[resource.ClusterFullName(name)] = true
		}
	}
	return out
}
