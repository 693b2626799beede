package rules

import "gke-preflight/preflight/plan"

func clusterExists() Rule {
	return Rule{
		ID:       "GP910",
		Name:     "cluster-exists",
		Title:    "The clusters and node pools that the plan updates exist, and the clusters of its new node pools",
		Severity: Error,
		Requires: []string{"GP101"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, c := range p.Clusters {
				if c.Updates() {
					needs = append(needs, ofCluster(c).exists(c.PlaceBefore, ""))
				}
			}
			for _, pool := range p.NodePools {
				if (pool.Creates() || pool.Updates()) && !inNewCluster(pool) {
					needs = append(needs, poolNeedsCluster(pool))
				}
			}
			return needs
		},
	}
}

// poolNeedsCluster needs the cluster of a node pool, and the pool itself if
// apply updates it.
func poolNeedsCluster(pool *plan.NodePool) Need {
	s := ofNodePool(pool)
	if pool.Updates() {
		return s.exists(pool.PlaceBefore, pool.Before("name").String())
	}
	return s.exists(pool.Place, "")
}

func (s subject) exists(p plan.Place, pool string) Need {
	n := s.named(p)
	n.Kind = Exists
	n.Expect = pool
	if name := p.Name(); name != "" {
		n.ExpectedError = "Error 404: Not found: " + name + "."
		if pool != "" {
			n.ExpectedError = "Error 404: Not found: " + name + "/nodePools/" + pool + "."
		}
	}
	return n
}
