package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func gkeNodeServiceAgent() Rule {
	return Rule{
		ID:       "GP403",
		Name:     "gke-node-service-agent",
		Title:    "GKE node service agent can write logs and metrics",
		Severity: need.Warning,
		Requires: []string{"GP101"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range afterApply(p) {
				if !mayNodeAgentBeUsed(t.version) {
					continue
				}
				n := t.agentNeed(need.GKENodeServiceAgent)
				n.Permissions = defaultNodePermissions()
				n.Fix.Role = "roles/container.defaultNodeServiceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
