package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func gkeServiceAgentRest() Rule {
	return Rule{
		ID:       "GP402",
		Name:     "gke-service-agent-rest",
		Title:    "GKE service agent has the other permissions of its role, for networks, firewalls, instance templates and disks",
		Severity: need.Warning,
		Requires: []string{"GP101", "GP401"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range afterApply(p) {
				n := t.agentNeed(need.GKEServiceAgent)
				n.Permissions = agentRestPermissions(t)
				n.Fix.Role = "roles/container.serviceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// agentRestPermissions returns permissions selected from
// roles/container.serviceAgent, those on networks only if the network is in the
// cluster's project. That each one is required is inferred, so the rule only
// warns.
// https://docs.cloud.google.com/iam/docs/roles-permissions/container
func agentRestPermissions(t target) []string {
	out := []string{
		"compute.disks.create",
		"compute.instanceTemplates.create",
		"compute.instances.create",
		"compute.zoneOperations.get",
		"compute.zones.get",
		"compute.zones.list",
		"iam.serviceAccounts.actAs",
		"iam.serviceAccounts.get",
		"serviceusage.services.use",
	}
	if !t.mayUseOwnNetwork() {
		return out
	}
	return append(out,
		"compute.firewalls.create",
		"compute.firewalls.delete",
		"compute.firewalls.get",
		"compute.firewalls.list",
		"compute.firewalls.update",
		"compute.networks.updatePolicy",
		"compute.networks.use",
		"compute.subnetworks.get",
		"compute.subnetworks.use",
	)
}
