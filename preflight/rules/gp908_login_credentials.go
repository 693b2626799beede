package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func loginCredentials() Rule {
	return Rule{
		ID:       "GP908",
		Name:     "login-credentials",
		Title:    "The kubernetes, helm and kubectl providers have something to log in with",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			return eachLogin(p, func(l plan.Login) (need.Need, bool) {
				return need.Need{
					Kind: need.Statement, Attribute: "provider " + l.Key,
					Message: "provider " + l.Key + " has neither a token nor an exec block nor a certificate nor a kubeconfig: without KUBE_* variables where apply runs it is anonymous, and refused",
					Fix:     need.Fix{Terraform: "# in provider \"" + l.Key + "\"\nexec {\n  api_version = \"client.authentication.k8s.io/v1beta1\"\n  command     = \"gke-gcloud-auth-plugin\"\n}"},
				}, !l.Credentials
			})
		},
	}
}
