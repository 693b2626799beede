package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeAccountUsable() Rule {
	return Rule{
		ID:       "GP301",
		Name:     "node-account-usable",
		Title:    "The service accounts that nodes run as exist and are enabled",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			accountsOnNodes(p, func(s subject, a plan.Account) {
				if account, _ := node(a, s.project.ID); account.Kind == need.NodeServiceAccount {
					needs = append(needs, usable(s, a))
				}
			})
			return needs
		},
	}
}

// usable needs the account itself.
func usable(s subject, a plan.Account) need.Need {
	n := s.onAccount(a)
	n.Kind = need.Account
	n.Principal, _ = node(a, s.project.ID)
	if n.Unknown == "" {
		n.ExpectedError = fmt.Sprintf("Service account %s does not exist", accountOf(n.Principal))
	}
	return n
}
