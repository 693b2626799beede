package rules

import "gke-preflight/preflight/plan"

func loginPlugin() Rule {
	return Rule{
		ID:       "GP906",
		Name:     "login-plugin",
		Title:    "The program with which the kubernetes, helm and kubectl providers log in is there",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			return eachLogin(p, func(l plan.Login) (Need, bool) {
				n := Need{Kind: OnPath, Attribute: "provider " + l.Key + ": exec", Expect: l.Command}
				n.ExpectedError = "exec: executable " + l.Command + " not found"
				if l.Command == "" {
					n.Unknown = "the command of provider " + l.Key + " is not known before apply"
				}
				if l.Command == "gke-gcloud-auth-plugin" {
					n.Fix.Commands = []string{"gcloud components install gke-gcloud-auth-plugin"}
				}
				return n, l.Exec
			})
		},
	}
}

// eachLogin are the needs of the providers that get into clusters of the plan.
func eachLogin(p *plan.Plan, f func(plan.Login) (Need, bool)) []Need {
	var needs []Need
	for _, l := range p.Logins() {
		if n, ok := f(l); ok {
			n.Addresses = l.Clusters
			needs = append(needs, n)
		}
	}
	return needs
}
