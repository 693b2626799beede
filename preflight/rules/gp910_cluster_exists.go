package rules

import (
	"slices"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func clusterExists() Rule {
	return Rule{
		ID:       "GP910",
		Name:     "cluster-exists",
		Title:    "Clusters and node pools that the plan updates exist",
		Severity: need.Error,
		Requires: []string{"GP101"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if c.Updates() {
					needs = append(needs, existenceNeed(clusterTarget(c), c.PlaceBefore, ""))
				}
			}
			ending := destroyedClusters(p)
			for _, pool := range p.NodePools {
				needs = append(needs, missingClusterNeeds(ending, pool)...)
				if (pool.Creates() || pool.Updates()) && !isInNewCluster(pool) {
					needs = append(needs, nodePoolExistenceNeed(pool))
				}
			}
			return needs
		},
	}
}

// nodePoolExistenceNeed returns the need that the cluster of a node pool exists,
// and the node pool itself if apply updates it.
func nodePoolExistenceNeed(pool *plan.NodePool) need.Need {
	t := nodePoolTarget(pool)
	if pool.Updates() {
		return existenceNeed(t, pool.PlaceBefore, pool.Before("name").String())
	}
	return existenceNeed(t, pool.Place, "")
}

// missingClusterNeeds returns the finding that apply may change a node pool while
// its cluster does not exist: Terraform has not created it yet, or destroys it
// first together with its node pools.
func missingClusterNeeds(ending []*plan.Cluster, pool *plan.NodePool) []need.Need {
	if !pool.Creates() && !pool.Updates() {
		return nil
	}
	if c := clusterDestroyedUnder(ending, pool); c != nil {
		return []need.Need{lostClusterNeed(nodePoolTarget(pool), c)}
	}
	if c := pool.Cluster; pool.Creates() && c != nil && c.Creates() && pool.OrderAfter(c.Change) != plan.Ordered {
		return []need.Need{clusterOrderNeed(nodePoolTarget(pool), c)}
	}
	return nil
}

// destroyedClusters returns the clusters that apply destroys, including those that
// it destroys before it creates them again.
func destroyedClusters(p *plan.Plan) []*plan.Cluster {
	return slices.DeleteFunc(slices.Clone(p.Clusters), func(c *plan.Cluster) bool { return !c.IsDestroyed() && !c.DestroysBeforeCreate() })
}

// clusterDestroyedUnder returns the cluster of a node pool that apply destroys
// before, or while, it changes the node pool. It returns nil if there is none. A
// new node pool may belong to the replacement of the cluster.
func clusterDestroyedUnder(ending []*plan.Cluster, pool *plan.NodePool) *plan.Cluster {
	for _, c := range ending {
		of := pool.Place
		if pool.Updates() {
			of = pool.PlaceBefore
		}
		isOf := c == pool.Cluster && clusterTarget(c).keepsPlace() || c.PlaceBefore.IsSame(of)
		ends := c.IsDestroyed() || c.DestroysBeforeCreate() && !(pool.Creates() && c == pool.Cluster)
		if isOf && ends {
			return c
		}
	}
	return nil
}

// lostClusterNeed returns the finding that apply destroys the cluster of node pool
// t.
func lostClusterNeed(t target, c *plan.Cluster) need.Need {
	n := t.projectNeed()
	n.Kind, n.Attribute = need.PlanOnly, "cluster"
	n.Message = "the plan destroys the cluster of " + t.Address + " (" + c.Address + "), with all node pools in it"
	if c.Creates() {
		n.Message = "the plan replaces the cluster of " + t.Address + " (" + c.Address + "): that destroys all its node pools, and this one is only updated. Replace it too"
		n.Fix.Terraform = "# " + t.Block() + "\nlifecycle {\n  replace_triggered_by = [" + c.Block() + "]\n}"
	}
	if name := c.PlaceBefore.Name(); name != "" {
		n.ExpectedError = "Error 404: Not found: " + name + "."
	}
	return n
}

// clusterOrderNeed returns the finding that new node pool t does not depend on its
// cluster, which the plan creates. If the name is written as a constant, Terraform
// creates both at the same time.
func clusterOrderNeed(t target, c *plan.Cluster) need.Need {
	n := t.projectNeed()
	n.Kind, n.Attribute = need.PlanOnly, "cluster"
	n.Fix.Terraform = "# " + t.Block() + "\ncluster = " + c.Block() + ".id"
	n.Message = "node pool " + t.Address + " does not depend on its cluster (" + c.Address + "), which the plan creates: apply may fail"
	if name := c.Place.Name(); name != "" {
		n.ExpectedError = "Error 404: Not found: " + name + "."
	}
	if t.OrderAfter(c.Change) == plan.OrderUnknown {
		n.UndeterminedReason = "whether " + t.Address + " depends on its cluster (" + c.Address + ") is not known, because the reference goes through local values, which a plan does not contain: add the cluster to depends_on"
	}
	if t.place.Name() != "" && compareProjects(t.place.Project.ID, c.Place.Project.ID) != resource.Same {
		n.UndeterminedReason = "whether the cluster of " + t.Address + " is " + c.Address + " is not known, because one project is written as an ID and the other as a number"
	}
	return n
}

// existenceNeed returns the need that the cluster at p exists, and in it the node
// pool, unless pool is empty.
func existenceNeed(t target, p plan.Place, pool string) need.Need {
	n := t.namedClusterNeed(p)
	n.Kind = need.Existing
	n.Expect = pool
	if name := p.Name(); name != "" {
		n.ExpectedError = "Error 404: Not found: " + name + "."
		if pool != "" {
			n.ExpectedError = "Error 404: Not found: " + name + "/nodePools/" + pool + "."
		}
	}
	return n
}
