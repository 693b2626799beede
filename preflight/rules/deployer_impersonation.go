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
				needs = append(needs, impersonation(s, provider)...)
			}
			return needs
		},
	}
}

// impersonation is the way to the account that the provider names: the
// credentials at hand may use the first delegate, each delegate the next, and
// the last of them the account.
// https://docs.cloud.google.com/iam/docs/create-short-lived-credentials-delegated
func impersonation(s subject, provider *plan.Provider) []Need {
	from := Principal{Kind: Deployer}
	var out []Need
	for _, delegate := range provider.Delegates {
		email := plan.AccountEmail(delegate)
		out = append(out, impersonates(s, provider, from, email, "iam.serviceAccounts.implicitDelegation"))
		from = Principal{Kind: Delegate, Member: "serviceAccount:" + email}
	}
	target := plan.AccountEmail(provider.Impersonates.String())
	return append(out, impersonates(s, provider, from, target, "iam.serviceAccounts.getAccessToken"))
}

// impersonates is a step on the way.
func impersonates(s subject, provider *plan.Provider, from Principal, account, permission string) Need {
	n := s.in(plan.AccountProject(account), "the project of "+account+" does not follow from its name")
	n.Kind = Permissions
	n.Principal = from
	n.Attribute = "impersonate_service_account"
	n.Service = "iamcredentials.googleapis.com"
	if n.Project != "" {
		n.Resource = AccountResource(n.Project, account)
	}
	n.Permissions = []string{permission}
	n.ExpectedError = "Error 403: Permission '" + permission + "' denied on resource (or it may not exist)."
	n.Fix.Role = "roles/iam.serviceAccountTokenCreator"
	if provider.OwnCredentials && from.Kind == Deployer {
		n.Unknown = "provider " + provider.Key + " sets its own credentials, which the plan does not show"
	}
	return n
}
