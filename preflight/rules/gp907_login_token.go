package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func loginToken() Rule {
	return Rule{
		ID:       "GP907",
		Name:     "login-token",
		Title:    "The tokens with which the kubernetes, helm and kubectl providers log in still work when apply needs them",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return eachLogin(p, func(l plan.Login) (need.Need, bool) {
				return need.Need{
					Kind: need.Fresh, Attribute: "provider " + l.Key + ": token", Made: p.Made,
					ExpectedError: "Error: Unauthorized",
					Fix:           need.Fix{Commands: []string{"terraform plan -out=tfplan"}},
				}, l.ClientConfig
			})
		},
	}
}
