package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func gkeServiceAgent() Rule {
	return Rule{
		ID:       "GP401",
		Name:     "gke-service-agent",
		Title:    "GKE service agent can create cluster resources",
		Severity: need.Error,
		Requires: []string{"GP101"},
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			for _, t := range afterApply(p) {
				n := t.agentNeed(need.GKEServiceAgent)
				n.Permissions = set.probePermissions(need.GKEServiceAgent, clusterStartPermissions(t)...)
				n.ExpectedError = retryBudgetError(n.Permissions[0], t)
				n.Fix.Role = "roles/container.serviceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// clusterStartPermissions returns the permissions without which creation failed
// according to reports. compute.networks.get is required only if the network is in
// the same project.
// https://github.com/crossplane-contrib/provider-gcp/issues/436
// https://github.com/hashicorp/terraform-provider-google/issues/8262
func clusterStartPermissions(t target) []string {
	out := []string{"compute.regions.get", "compute.instanceGroupManagers.create"}
	if !t.mayUseOwnNetwork() {
		return out
	}
	return append(out, "compute.networks.get")
}
