package rules

import "gke-preflight/preflight/plan"

func imageStreaming() Rule {
	return Rule{
		ID:       "GP709",
		Name:     "image-streaming",
		Title:    "The service accounts of nodes that stream images may use their project's services",
		Severity: Warning,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			accountsInUse(p, func(s subject, a plan.Account) {
				if !isOn(s.After("node_config", 0, "gcfs_config", 0, "enabled")) {
					return
				}
				n := onNodes(s, a)
				n.Service = "containerfilesystem.googleapis.com"
				n.Permissions = []string{"serviceusage.services.use"}
				n.Fix.Role = "roles/serviceusage.serviceUsageConsumer"
				needs = append(needs, n)
			})
			return needs
		},
	}
}
