package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func hostFirewall() Rule {
	return Rule{
		ID:       "GP505",
		Name:     "host-firewall",
		Title:    "GKE service agent can manage firewall rules in the Shared VPC host project",
		Severity: need.Warning,
		Requires: []string{"GP501"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range sharedVPCClusters(p) {
				n := t.hostProjectNeed()
				n.Kind = need.Permissions
				n.Principal = serviceAgent(need.GKEServiceAgent, t.project.ID)
				n.Service = "compute.googleapis.com"
				n.Permissions = firewallPermissions()
				n.Fix.Role = "roles/compute.securityAdmin"
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// firewallPermissions returns the permissions to manage the firewall rules of a
// network.
// https://github.com/terraform-google-modules/terraform-google-project-factory
func firewallPermissions() []string {
	return []string{
		"compute.firewalls.create",
		"compute.firewalls.delete",
		"compute.firewalls.get",
		"compute.firewalls.list",
		"compute.firewalls.update",
		"compute.networks.updatePolicy",
	}
}
