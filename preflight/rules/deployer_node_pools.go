package rules

import "gke-preflight/preflight/plan"

func deployerNodePools() Rule {
	return Rule{
		ID:       "GP202",
		Name:     "deployer-node-pools",
		Title:    "The deployer may change the node pools",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, pool := range p.NodePools {
				s := subject{Change: pool.Change, project: pool.Project}
				n := s.inProject().deployed(pool.Change)
				n.Service = "container.googleapis.com"
				n.Permissions = []string{"container.clusters.update", "container.clusters.get", "container.operations.get"}
				n.Clusters = clusterNames(pool.Project, pool.Location, pool.ClusterName)
				n.ExpectedError = required("container.clusters.update", clusterName(pool.Project, pool.Location, pool.ClusterName))
				n.Fix.Role = "roles/container.clusterAdmin"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
