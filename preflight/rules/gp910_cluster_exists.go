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
					needs = append(needs, clusterTarget(c).existenceNeed(c.PlaceBefore, ""))
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

// poolNeedsCluster needs the cluster of a node pool, and the pool itself if
// apply updates it.
func nodePoolExistenceNeed(pool *plan.NodePool) need.Need {
	t := nodePoolTarget(pool)
	if pool.Updates() {
		return t.existenceNeed(pool.PlaceBefore, pool.Before("name").String())
	}
	return t.existenceNeed(pool.Place, "")
}

// poolFindsCluster are the needs of a node pool that apply may act on while its
// cluster is not there: Terraform has not made it yet, or destroys it first, and
// the node pools in it.
func missingClusterNeeds(ending []*plan.Cluster, pool *plan.NodePool) []need.Need {
	if !pool.Creates() && !pool.Updates() {
		return nil
	}
	if c := clusterDestroyedUnder(ending, pool); c != nil {
		return []need.Need{nodePoolTarget(pool).lostClusterNeed(c)}
	}
	if c := pool.Cluster; pool.Creates() && c != nil && c.Creates() && pool.WaitsFor(c.Change) != plan.Waits {
		return []need.Need{nodePoolTarget(pool).clusterOrderNeed(c)}
	}
	return nil
}

// endingClusters returns the clusters that apply destroys, for good or before it
// makes them again.
func destroyedClusters(p *plan.Plan) []*plan.Cluster {
	return slices.DeleteFunc(slices.Clone(p.Clusters), func(c *plan.Cluster) bool { return !c.Goes() && !c.DestroysFirst() })
}

// destroyedUnder returns the cluster of a node pool that apply destroys before, or
// while, it acts on the pool; nil if there is none. A new pool may be one of the
// cluster's replacement.
func clusterDestroyedUnder(ending []*plan.Cluster, pool *plan.NodePool) *plan.Cluster {
	for _, c := range ending {
		of := pool.Place
		if pool.Updates() {
			of = pool.PlaceBefore
		}
		isOf := c == pool.Cluster && clusterTarget(c).keepsPlace() || c.PlaceBefore.Same(of)
		ends := c.Goes() || c.DestroysFirst() && !(pool.Creates() && c == pool.Cluster)
		if isOf && ends {
			return c
		}
	}
	return nil
}

func (t target) lostClusterNeed(c *plan.Cluster) need.Need {
	n := t.projectNeed()
	n.Kind, n.Attribute = need.Statement, "cluster"
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

// waitsForCluster is the need of a new node pool whose cluster the plan makes: a
// name that is written out makes Terraform do both at once.
func (t target) clusterOrderNeed(c *plan.Cluster) need.Need {
	n := t.projectNeed()
	n.Kind, n.Attribute = need.Statement, "cluster"
	n.Fix.Terraform = "# " + t.Block() + "\ncluster = " + c.Block() + ".id"
	n.Message = "node pool " + t.Address + " does not depend on its cluster (" + c.Address + "), which the plan creates: apply may fail"
	if name := c.Place.Name(); name != "" {
		n.ExpectedError = "Error 404: Not found: " + name + "."
	}
	if t.WaitsFor(c.Change) == plan.Unseen {
		n.Unknown = "whether " + t.Address + " depends on its cluster (" + c.Address + ") is not known, because the reference goes through local values, which a plan does not contain: add the cluster to depends_on"
	}
	if t.place.Name() != "" && compareProjects(t.place.Project.ID, c.Place.Project.ID) != resource.Same {
		n.Unknown = "whether the cluster of " + t.Address + " is " + c.Address + " is not known, because one project is written as an ID and the other as a number"
	}
	return n
}

func (t target) existenceNeed(p plan.Place, pool string) need.Need {
	n := t.namedClusterNeed(p)
	n.Kind = need.Exists
	n.Expect = pool
	if name := p.Name(); name != "" {
		n.ExpectedError = "Error 404: Not found: " + name + "."
		if pool != "" {
			n.ExpectedError = "Error 404: Not found: " + name + "/nodePools/" + pool + "."
		}
	}
	return n
}
