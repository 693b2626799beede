package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func computeServiceAgent() Rule {
	return Rule{
		ID:       "GP405",
		Name:     "compute-service-agent",
		Title:    "Compute Engine service agent can provide VMs with service account tokens",
		Severity: need.Warning,
		Requires: []string{"GP102"},
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			for _, t := range afterApply(p) {
				n := t.agentNeed(need.ComputeServiceAgent)
				n.Service = "compute.googleapis.com"
				n.Permissions = set.probePermissions(need.ComputeServiceAgent,
					"compute.instances.create", "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.actAs")
				n.Fix.Role = "roles/compute.serviceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
