package rules

import "gke-preflight/preflight/plan"

func deployerImpersonation() Rule {
	return Rule{
		ID:       "GP207",
		Name:     "deployer-impersonation",
		Title:    "The credentials at hand may impersonate the account that the provider names",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range subjects(p) {
				provider := s.Provider()
				if provider.Impersonates.State != plan.Known {
					continue
				}
				needs = append(needs, impersonates(s, provider))
			}
			return needs
		},
	}
}

// impersonates needs a token of the account, or of the first delegate on the
// way to it.
func impersonates(s subject, provider *plan.Provider) Need {
	account := plan.AccountEmail(provider.Impersonates.String())
	if len(provider.Delegates) > 0 {
		account = plan.AccountEmail(provider.Delegates[0])
	}
	n := s.in(plan.AccountProject(account), "the project of "+account+" does not follow from its name")
	n.Kind = Permissions
	n.Principal = Principal{Kind: Deployer}
	n.Attribute = "impersonate_service_account"
	n.Service = "iamcredentials.googleapis.com"
	if n.Project != "" {
		n.Resource = AccountResource(n.Project, account)
	}
	n.Permissions = []string{"iam.serviceAccounts.getAccessToken"}
	n.ExpectedError = "Error 403: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist)."
	n.Fix.Role = "roles/iam.serviceAccountTokenCreator"
	if provider.OwnCredentials {
		n.Unknown = "provider " + provider.Key + " sets its own credentials, which the plan does not show"
	}
	return n
}
