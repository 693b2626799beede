package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeAccountUsable() Rule {
	return Rule{
		ID:       "GP301",
		Name:     "node-account-usable",
		Title:    "Node service accounts exist and are enabled",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachNodeAccount(p, func(t target, a plan.Account) {
				if account, _ := nodePrincipal(a, t.project.ID); account.Kind == need.NodeServiceAccount {
					needs = append(needs, usableAccountNeed(t, a))
				}
			})
			return needs
		},
	}
}
