package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerClusters() Rule {
	return Rule{
		ID:       "GP201",
		Name:     "deployer-clusters",
		Title:    "The deployer may do to the clusters what the plan does",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, c := range p.Clusters {
				if !isOnlyAbandoned(c.Change) {
					needs = append(needs, deployerOnCluster(c)...)
				}
			}
			return needs
		},
	}
}

// deployerOnCluster returns what the deployer needs for a change of a cluster.
// A cluster that is replaced elsewhere is deleted where it was, and created
// where it will be.
func deployerOnCluster(c *plan.Cluster) []need.Need {
	s := ofCluster(c)
	if !s.movesAway() {
		return []need.Need{s.deployedAt(s.place, clusterVerbs(c))}
	}
	return []need.Need{
		s.deployedAt(s.placeBefore, []string{"container.clusters.delete", "container.clusters.get", "container.operations.get"}),
		s.deployedAt(s.place, creationVerbs(c)),
	}
}

// movesAway reports whether apply replaces s in another cluster, or under
// another name, or in another location or project.
func (s subject) movesAway() bool {
	return s.Replaces() && s.placeBefore.Name() != "" && !s.place.Same(s.placeBefore)
}

// deployedAt needs permissions of the deployer on the cluster of a place, the
// one that is refused first in front.
func (s subject) deployedAt(p plan.Place, permissions []string) need.Need {
	n := forDeployer(s.at(p), s.Change)
	n.Service = "container.googleapis.com"
	n.Permissions = permissions
	if len(n.Clusters) > 0 {
		n.ExpectedError = required(permissions[0], n.Clusters[0])
	}
	n.Fix.Role = "roles/container.clusterAdmin"
	if written := p.Project.Written; written != "" && n.Unknown == "" {
		// Requests would go to projects/projects/ID.
		n.Unknown = "the project of " + s.Address + " is written as " + written + ", which the provider does not take here: write it as " + p.Project.ID
	}
	return n
}

// clusterVerbs are the permissions that the provider uses for an action, the
// one that is refused first in front.
func clusterVerbs(c *plan.Cluster) []string {
	var verbs []string
	if c.Deletes() {
		verbs = append(verbs, "container.clusters.delete")
	}
	if c.Creates() {
		return append(verbs, creationVerbs(c)...)
	}
	if c.Updates() {
		verbs = append(verbs, "container.clusters.update")
	}
	return append(verbs, "container.clusters.get", "container.operations.get")
}

// creationVerbs are those of a creation. Removing the default node pool deletes
// a node pool, which GKE counts as an update of the cluster.
func creationVerbs(c *plan.Cluster) []string {
	verbs := []string{"container.clusters.create"}
	if c.ThrowAway {
		verbs = append(verbs, "container.clusters.update")
	}
	return append(verbs, "container.clusters.get", "container.operations.get")
}

// required is how the container API refuses a caller.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting
func required(permission, resource string) string {
	return fmt.Sprintf("Error 403: Required %q permission(s) for %q.", permission, resource)
}
