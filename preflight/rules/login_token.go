package rules

import "gke-preflight/preflight/plan"

func loginToken() Rule {
	return Rule{
		ID:       "GP907",
		Name:     "login-token",
		Title:    "The tokens with which the kubernetes, helm and kubectl providers log in still work when apply needs them",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			return eachLogin(p, func(l plan.Login) (Need, bool) {
				return Need{
					Kind: Fresh, Attribute: "provider " + l.Key + ": token", Made: p.Made,
					ExpectedError: "Error: Unauthorized",
					Fix:           Fix{Commands: []string{"terraform plan -out=tfplan"}},
				}, l.ClientConfig
			})
		},
	}
}
