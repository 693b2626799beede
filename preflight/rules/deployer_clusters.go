package rules

import (
	"fmt"

	"gke-preflight/preflight/plan"
)

func deployerClusters() Rule {
	return Rule{
		ID:       "GP201",
		Name:     "deployer-clusters",
		Title:    "The deployer may do to the clusters what the plan does",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, c := range p.Clusters {
				s := subject{Change: c.Change, project: c.Project}
				n := s.inProject().deployed(c.Change)
				n.Service = "container.googleapis.com"
				n.Permissions = clusterVerbs(c)
				n.Clusters = clusterNames(c.Project, c.Location, c.Name.String())
				n.ExpectedError = required(n.Permissions[0], clusterName(c.Project, c.Location, c.Name.String()))
				n.Fix.Role = "roles/container.clusterAdmin"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// clusterName is the relative name of a cluster, as GKE's errors have it.
func clusterName(project plan.Project, location plan.Value, name string) string {
	return fmt.Sprintf("projects/%s/locations/%s/clusters/%s", project.ID, location.String(), name)
}

// clusterNames is clusterName where all of it is known, else nil.
func clusterNames(project plan.Project, location plan.Value, name string) []string {
	if project.ID == "" || location.String() == "" || name == "" {
		return nil
	}
	return []string{clusterName(project, location, name)}
}

// clusterVerbs are the permissions that the provider uses for an action, the
// one that is refused first in front. Removing the default node pool deletes a
// node pool, which GKE counts as an update of the cluster.
func clusterVerbs(c *plan.Cluster) []string {
	var verbs []string
	if c.Deletes() {
		verbs = append(verbs, "container.clusters.delete")
	}
	if c.Creates() {
		verbs = append(verbs, "container.clusters.create")
	}
	if c.Updates() || c.ThrowAway {
		verbs = append(verbs, "container.clusters.update")
	}
	return append(verbs, "container.clusters.get", "container.operations.get")
}

// required is how the container API refuses a caller.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting
func required(permission, resource string) string {
	return fmt.Sprintf("Error 403: Required %q permission(s) for %q.", permission, resource)
}
