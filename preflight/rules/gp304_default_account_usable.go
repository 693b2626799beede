package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func defaultAccountUsable() Rule {
	return Rule{
		ID:       "GP304",
		Name:     "default-account-usable",
		Title:    "Compute Engine default service account exists and is enabled if nodes use it",
		Severity: need.Error,
		Requires: []string{"GP102"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachNodeAccount(p, func(t target, a plan.Account) {
				if account, _ := nodePrincipal(a, t.project.ID); account.Kind == need.ComputeDefaultServiceAccount {
					needs = append(needs, usableAccountNeed(t, a))
				}
			})
			return needs
		},
	}
}
