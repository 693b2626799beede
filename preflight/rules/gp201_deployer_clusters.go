package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerClusters() Rule {
	return Rule{
		ID:       "GP201",
		Name:     "deployer-clusters",
		Title:    "Deployer can create, update and delete the clusters",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if !isOnlyAbandoned(c.Change) {
					needs = append(needs, clusterChangeNeeds(c)...)
				}
			}
			return needs
		},
	}
}

// clusterChangeNeeds returns what the deployer requires for the change of a
// cluster. A cluster that is replaced elsewhere is deleted at its old place and
// created at its new one.
func clusterChangeNeeds(c *plan.Cluster) []need.Need {
	t := clusterTarget(c)
	if !t.isReplacedElsewhere() {
		return []need.Need{t.deployerNeed(t.place, clusterPermissions(c))}
	}
	return []need.Need{
		t.deployerNeed(t.placeBefore, []string{"container.clusters.delete", "container.clusters.get", "container.operations.get"}),
		t.deployerNeed(t.place, clusterCreationPermissions(c)),
	}
}

// clusterPermissions returns the permissions that the provider uses to change c.
// The permission that apply is denied first comes first.
func clusterPermissions(c *plan.Cluster) []string {
	var verbs []string
	if c.Deletes() {
		verbs = append(verbs, "container.clusters.delete")
	}
	if c.Creates() {
		return append(verbs, clusterCreationPermissions(c)...)
	}
	if c.Updates() {
		verbs = append(verbs, "container.clusters.update")
	}
	return append(verbs, "container.clusters.get", "container.operations.get")
}

// clusterCreationPermissions returns the permissions that create c. Removing the
// temporary default node pool deletes a node pool, which for GKE is an update of
// the cluster.
func clusterCreationPermissions(c *plan.Cluster) []string {
	verbs := []string{"container.clusters.create"}
	if c.HasTemporaryDefaultPool {
		verbs = append(verbs, "container.clusters.update")
	}
	return append(verbs, "container.clusters.get", "container.operations.get")
}
