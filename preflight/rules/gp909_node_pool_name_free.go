package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodePoolNameFree() Rule {
	return Rule{
		ID:       "GP909",
		Name:     "node-pool-name-free",
		Title:    "Names of new node pools are not in use",
		Severity: need.Error,
		Requires: []string{"GP101", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, pool := range p.NodePools {
				if takesNewNodePoolName(pool) {
					needs = append(needs, freeNodePoolNameNeed(pool))
				}
			}
			return needs
		},
	}
}

// takesNewNodePoolName reports whether apply creates a node pool in a known
// existing cluster, under a name that it did not have.
func takesNewNodePoolName(n *plan.NodePool) bool {
	return n.Creates() && !n.Imported && !n.HasGeneratedName() && !keepsNodePoolName(n) &&
		!isInNewCluster(n) && n.Place.Name() != ""
}

// freeNodePoolNameNeed returns the need that no node pool with the name of pool
// exists.
func freeNodePoolNameNeed(pool *plan.NodePool) need.Need {
	n := nodePoolTarget(pool).namedClusterNeed(pool.Place)
	n.Kind = need.NodePoolNameFree
	n.Expect = pool.Name.String()
	if n.Expect == "" {
		n.UndeterminedReason = "the name of " + pool.Address + " is not known before apply"
		return n
	}
	n.Resource += "/nodePools/" + n.Expect
	n.ExpectedError = nodePoolExistsError(pool.Place, n.Expect)
	return n
}
