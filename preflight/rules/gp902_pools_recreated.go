package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func poolsRecreated() Rule {
	return Rule{
		ID:       "GP902",
		Name:     "pools-recreated",
		Title:    "No node pool of a changed cluster must be recreated first",
		Severity: need.Error,
		Requires: []string{"GP201", "GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			needs := existingClusterNeeds(p, need.NoPendingRecreation)
			for _, c := range p.Clusters {
				if c.Updates() && removesNetworkPolicy(c) {
					n := clusterTarget(c).projectNeed()
					n.Kind, n.Severity, n.Attribute = need.PlanOnly, need.Warning, "network_policy"
					n.Message = "the plan removes the network policy of cluster " + c.Name.String() + ": its node pools must be recreated before the cluster can be changed again"
					needs = append(needs, n)
				}
			}
			return needs
		},
	}
}

// removesNetworkPolicy reports whether a cluster has network policy now, but not
// after apply.
// https://docs.cloud.google.com/kubernetes-engine/docs/how-to/network-policy
func removesNetworkPolicy(c *plan.Cluster) bool {
	return c.Before("network_policy", 0, "enabled").IsTrue() && !c.After("network_policy", 0, "enabled").IsTrue()
}
