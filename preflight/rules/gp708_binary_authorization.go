package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func binaryAuthorization() Rule {
	return Rule{
		ID:       "GP708",
		Name:     "binary-authorization",
		Title:    "The Binary Authorization service agent may evaluate policies in the clusters' project",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				if t.isNodePool || !isOn(t.After("binary_authorization", 0, "evaluation_mode")) && !isOn(t.After("binary_authorization", 0, "enabled")) {
					continue
				}
				n := t.agentNeed(need.BinaryAuthorizationServiceAgent)
				n.Attribute = "binary_authorization"
				n.Service = "binaryauthorization.googleapis.com"
				n.Permissions = []string{"binaryauthorization.policy.evaluatePolicy"}
				n.Fix.Role = "roles/binaryauthorization.serviceAgent"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
