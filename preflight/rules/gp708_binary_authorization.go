package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func binaryAuthorization() Rule {
	return Rule{
		ID:       "GP708",
		Name:     "binary-authorization",
		Title:    "Binary Authorization service agent can evaluate policies in the cluster project",
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
