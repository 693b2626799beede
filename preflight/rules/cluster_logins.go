package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// loginRules returns the rules about how the kubernetes, helm and kubectl
// providers authenticate to clusters of the plan.
func loginRules() []Rule {
	return []Rule{
		{
			ID: "GP906", Name: "login-plugin", Severity: need.Error,
			Title: "The program with which the kubernetes, helm and kubectl providers log in is there",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return loginNeeds(p, loginPluginNeed) },
		},
		{
			ID: "GP907", Name: "login-token", Severity: need.Error,
			Title: "The tokens with which the kubernetes, helm and kubectl providers log in still work when apply needs them",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return loginNeeds(p, loginTokenNeed) },
		},
		{
			ID: "GP908", Name: "login-credentials", Severity: need.Warning,
			Title: "The kubernetes, helm and kubectl providers have something to log in with",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return loginNeeds(p, loginCredentialsNeed) },
		},
	}
}

// loginNeeds returns the needs of the providers that authenticate to clusters of
// the plan. The function f reports false if a provider has none.
func loginNeeds(p *plan.Plan, f func(*plan.Plan, plan.Login) (need.Need, bool)) []need.Need {
	var needs []need.Need
	for _, l := range p.Logins() {
		if n, ok := f(p, l); ok {
			n.Addresses = l.Clusters
			needs = append(needs, n)
		}
	}
	return needs
}

// loginPluginNeed returns the need that the program of an exec block is on PATH.
func loginPluginNeed(_ *plan.Plan, l plan.Login) (need.Need, bool) {
	n := need.Need{Kind: need.OnPath, Attribute: "provider " + l.Key + ": exec", Expect: l.Command}
	n.ExpectedError = "exec: executable " + l.Command + " not found"
	if l.Command == "" {
		n.Unknown = "the command of provider " + l.Key + " is not known before apply"
	}
	if l.Command == "gke-gcloud-auth-plugin" {
		n.Fix.Commands = []string{"gcloud components install gke-gcloud-auth-plugin"}
	}
	return n, l.Exec
}

// loginTokenNeed returns the need that a token in the plan has not expired.
func loginTokenNeed(p *plan.Plan, l plan.Login) (need.Need, bool) {
	return need.Need{
		Kind: need.Fresh, Attribute: "provider " + l.Key + ": token", Made: p.Made,
		ExpectedError: "Error: Unauthorized",
		Fix:           need.Fix{Commands: []string{"terraform plan -out=tfplan"}},
	}, l.ClientConfig
}

// loginCredentialsNeed returns the need that a provider has any credentials.
func loginCredentialsNeed(_ *plan.Plan, l plan.Login) (need.Need, bool) {
	return need.Need{
		Kind: need.Statement, Attribute: "provider " + l.Key,
		Message: "provider " + l.Key + " has neither a token nor an exec block nor a certificate nor a kubeconfig: without KUBE_* variables where apply runs it is anonymous, and refused",
		Fix:     need.Fix{Terraform: "# in provider \"" + l.Key + "\"\nexec {\n  api_version = \"client.authentication.k8s.io/v1beta1\"\n  command     = \"gke-gcloud-auth-plugin\"\n}"},
	}, !l.Credentials
}
