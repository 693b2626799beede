package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func fleetDeployer() Rule {
	return Rule{
		ID:       "GP705",
		Name:     "fleet-deployer",
		Title:    "Deployer can register clusters with their fleet",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				fleet := t.After("fleet", 0, "project")
				if t.isNodePool || fleet.State == plan.Absent {
					continue
				}
				n := forDeployer(t.needIn(fleet.String(), "fleet[0].project is not known before apply"), t.Change)
				n.Attribute = "fleet[0].project"
				n.Service = "gkehub.googleapis.com"
				n.Permissions = []string{"gkehub.memberships.create"}
				n.Fix.Role = "roles/gkehub.editor"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
