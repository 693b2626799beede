package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func loginPlugin() Rule {
	return Rule{
		ID:       "GP906",
		Name:     "login-plugin",
		Title:    "The program with which the kubernetes, helm and kubectl providers log in is there",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return eachLogin(p, func(l plan.Login) (need.Need, bool) {
				n := need.Need{Kind: need.OnPath, Attribute: "provider " + l.Key + ": exec", Expect: l.Command}
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
func eachLogin(p *plan.Plan, f func(plan.Login) (need.Need, bool)) []need.Need {
	var needs []need.Need
	for _, l := range p.Logins() {
		if n, ok := f(l); ok {
			n.Addresses = l.Clusters
			needs = append(needs, n)
		}
	}
	return needs
}
