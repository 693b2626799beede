package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerNodePools() Rule {
	return Rule{
		ID:       "GP202",
		Name:     "deployer-node-pools",
		Title:    "Deployer can change the node pools",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, pool := range p.NodePools {
				if isOnlyAbandoned(pool.Change) {
					continue
				}
				t := nodePoolTarget(pool)
				needs = append(needs, t.deployerNeed(t.place, nodePoolPermissions()))
				if t.isReplacedElsewhere() {
					needs = append(needs, t.deployerNeed(t.placeBefore, nodePoolPermissions()))
				}
			}
			return needs
		},
	}
}

// nodePoolPermissions returns the permissions that any change of a node pool
// requires on its cluster.
func nodePoolPermissions() []string {
	return []string{"container.clusters.update", "container.clusters.get", "container.operations.get"}
}
