package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeAccountRoles() Rule {
	return Rule{
		ID:       "GP302",
		Name:     "node-account-roles",
		Title:    "Node service accounts can write logs and metrics",
		Severity: need.Warning,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachNodeAccount(p, func(t target, a plan.Account) {
				if isNodeAgentUsed(t.version) {
					return
				}
				n := nodeAccountNeed(t, a)
				n.Permissions = defaultNodePermissions()
				n.Fix.Role = "roles/container.defaultNodeServiceAccount"
				needs = append(needs, n)
			})
			return needs
		},
	}
}
