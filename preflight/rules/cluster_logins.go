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
			Title: "Authentication plugin of the kubernetes, helm and kubectl providers is installed",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return loginNeeds(p, loginPluginNeed) },
		},
		{
			ID: "GP907", Name: "login-token", Severity: need.Error,
			Title: "Tokens of the kubernetes, helm and kubectl providers are valid during apply",
			Needs: func(p *plan.Plan, _ Settings) []need.Need { return loginNeeds(p, loginTokenNeed) },
		},
		{
			ID: "GP908", Name: "login-credentials", Severity: need.Warning,
			Outcomes: []string{"fail"},
			Title:    "Credentials are configured for the kubernetes, helm and kubectl providers",
			Needs:    func(p *plan.Plan, _ Settings) []need.Need { return loginNeeds(p, loginCredentialsNeed) },
		},
	}
}

// loginNeeds returns the needs of the providers that authenticate to clusters of
// the plan. The function f reports false if a provider has none.
func loginNeeds(p *plan.Plan, f func(*plan.Plan, plan.ClusterAuth) (need.Need, bool)) []need.Need {
	var needs []need.Need
	for _, l := range p.ClusterAuths() {
		if n, ok := f(p, l); ok {
			n.Addresses = l.Clusters
			needs = append(needs, n)
		}
	}
	return needs
}

// loginPluginNeed returns the need that the program of an exec block is on PATH.
func loginPluginNeed(_ *plan.Plan, l plan.ClusterAuth) (need.Need, bool) {
	n := need.Need{Kind: need.ProgramOnPath, Attribute: "provider " + l.Key + ": exec", Expect: l.Command}
	n.ExpectedError = "exec: executable " + l.Command + " not found"
	if l.Command == "" {
		n.UndeterminedReason = "the command of provider " + l.Key + " is not known before apply"
	}
	if l.Command == "gke-gcloud-auth-plugin" {
		n.Fix.Commands = []string{"gcloud components install gke-gcloud-auth-plugin"}
	}
	return n, l.Exec
}

// loginTokenNeed returns the need that a token in the plan has not expired.
func loginTokenNeed(p *plan.Plan, l plan.ClusterAuth) (need.Need, bool) {
	return need.Need{
		Kind: need.TokenNotExpired, Attribute: "provider " + l.Key + ": token", PlanTime: p.CreatedAt,
		ExpectedError: "Error: Unauthorized",
		Fix:           need.Fix{Commands: []string{"terraform plan -out=tfplan"}},
	}, l.ClientConfig
}

// loginCredentialsNeed returns the need that a provider has any credentials.
func loginCredentialsNeed(_ *plan.Plan, l plan.ClusterAuth) (need.Need, bool) {
	return need.Need{
		Kind: need.PlanOnly, Attribute: "provider " + l.Key,
		Message: "provider " + l.Key + " has no token, exec block, certificate or kubeconfig: unless KUBE_* variables are set for apply, its requests are anonymous and fail",
		Fix:     need.Fix{Terraform: "# in provider \"" + l.Key + "\"\nexec {\n  api_version = \"client.authentication.k8s.io/v1beta1\"\n  command     = \"gke-gcloud-auth-plugin\"\n}"},
	}, !l.Credentials
}
