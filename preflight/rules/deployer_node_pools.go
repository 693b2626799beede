package rules

import (
	"fmt"

	"gke-preflight/preflight/plan"
)

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
				n.ExpectedError = required("container.clusters.update", fmt.Sprintf("projects/%s/locations/%s/clusters/%s", pool.Project.ID, pool.Location.String(), pool.ClusterName))
				n.Fix.Role = "roles/container.clusterAdmin"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
