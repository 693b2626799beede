package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodePoolNameFree() Rule {
	return Rule{
		ID:       "GP909",
		Name:     "node-pool-name-free",
		Title:    "No node pool is there yet of the name that the plan gives a new one",
		Severity: need.Error,
		Requires: []string{"GP101", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, pool := range p.NodePools {
				if takesPoolName(pool) {
					needs = append(needs, freePoolName(pool))
				}
			}
			return needs
		},
	}
}

// takesPoolName reports whether apply makes a node pool, in a known cluster that
// is there already, under a name that it did not have.
func takesPoolName(n *plan.NodePool) bool {
	return n.Creates() && !n.Imported && !n.HasGeneratedName() && !keepsName(n) &&
		!inNewCluster(n) && n.Place.Name() != ""
}

// inNewCluster reports whether apply makes the cluster of a node pool.
func inNewCluster(n *plan.NodePool) bool {
	return n.OfNewCluster || n.Cluster != nil && n.Cluster.Creates()
}

// keepsName reports whether apply makes a node pool where it was, under its own
// name.
func keepsName(n *plan.NodePool) bool {
	return ofNodePool(n).keepsPlace() && n.Name.String() != "" && n.Name.String() == n.Before("name").String()
}

func freePoolName(pool *plan.NodePool) need.Need {
	n := ofNodePool(pool).named(pool.Place)
	n.Kind = need.PoolFree
	n.Expect = pool.Name.String()
	if n.Expect == "" {
		n.Unknown = "the name of " + pool.Address + " is not known before apply"
		return n
	}
	n.Resource += "/nodePools/" + n.Expect
	n.ExpectedError = poolExists(pool.Place, n.Expect)
	return n
}

// poolExists is how the provider refuses to make a node pool whose name is
// taken.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go (resourceContainerNodePoolCreate)
func poolExists(p plan.Place, pool string) string {
	return "Error: resource - " + p.Name() + "/nodePools/" + pool + " - already exists"
}
