package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func hostAgentUser() Rule {
	return Rule{
		ID:       "GP501",
		Name:     "host-agent-user",
		Title:    "GKE service agent can use the Shared VPC host project",
		Severity: need.Error,
		Requires: []string{"GP910"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range sharedVPCTargets(p) {
				n := t.hostProjectNeed()
				n.Kind = need.Permissions
				n.Principal = serviceAgent(need.GKEServiceAgent, t.project.ID)
				n.Service = "container.googleapis.com"
				n.Permissions = []string{"container.hostServiceAgent.use"}
				n.ExpectedError = "Error 403: Kubernetes Engine Service Agent is missing required permissions on this project. required \"container.hostServiceAgent.use\" permission(s) for \"projects/" + n.Project + "\"., forbidden"
				n.Fix.Role = "roles/container.hostServiceAgentUser"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
