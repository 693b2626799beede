package rules

import "gke-preflight/preflight/plan"

func fleetDeployer() Rule {
	return Rule{
		ID:       "GP705",
		Name:     "fleet-deployer",
		Title:    "The deployer may register clusters with their fleet",
		Severity: Warning,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range building(p) {
				fleet := s.After("fleet", 0, "project")
				if s.pool || fleet.State == plan.Absent {
					continue
				}
				n := s.in(fleet.String(), "fleet[0].project is not known before apply").deployed(s.Change)
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
