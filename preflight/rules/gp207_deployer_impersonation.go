package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func deployerImpersonation() Rule {
	return Rule{
		ID:       "GP207",
		Name:     "deployer-impersonation",
		Title:    "Caller's credentials can impersonate the provider's service account",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range targets(p) {
				if impersonatedAccount(t.Provider()) != "" && untestableReason(t.Provider()) == "" {
					needs = append(needs, impersonationNeeds(t, t.Provider())...)
				}
			}
			return needs
		},
	}
}

// impersonationNeeds returns the steps to the account that the provider
// impersonates: the caller's credentials can use the first delegate, each delegate
// the next, and the last delegate the account. An account that the environment
// impersonates is not one of the steps, because the provider's account replaces
// it.
// https://docs.cloud.google.com/iam/docs/create-short-lived-credentials-delegated
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (HandleSDKDefaults)
func impersonationNeeds(t target, provider *plan.Provider) []need.Need {
	from := need.Principal{Kind: need.Deployer, IsCaller: true}
	var out []need.Need
	for _, delegate := range provider.Delegates.Strings() {
		email := plan.AccountEmail(delegate)
		out = append(out, impersonationStepNeed(t, provider, from, email, "iam.serviceAccounts.implicitDelegation"))
		from = need.Principal{Kind: need.Delegate, Member: "serviceAccount:" + email}
	}
	last := impersonationStepNeed(t, provider, from, impersonatedAccount(provider), "iam.serviceAccounts.getAccessToken")
	last.MetBySelf = provider.Impersonates.State == plan.Unknown
	if provider.Delegates.State == plan.Unknown {
		last.UndeterminedReason = provider.WhyUnknown("impersonate_service_account_delegates", "")
	}
	return append(out, last)
}

// impersonationStepNeed returns the need that principal from can use account.
func impersonationStepNeed(t target, provider *plan.Provider, from need.Principal, account, permission string) need.Need {
	n := t.needIn(plan.AccountProject(account), "the project of "+account+" does not follow from its name")
	n.Kind = need.Permissions
	n.Principal = from
	n.Attribute = "impersonate_service_account"
	n.Service = "iamcredentials.googleapis.com"
	if n.Project != "" {
		n.Resource = resource.AccountFullName(n.Project, account)
	}
	n.Permissions = []string{permission}
	n.ExpectedError = "Error 403: Permission '" + permission + "' denied on resource (or it may not exist)."
	n.Fix.Role = "roles/iam.serviceAccountTokenCreator"
	if provider.OwnCredentials != "" && from.Kind == need.Deployer {
		n.Principal.Unknown = true
		n.UndeterminedReason = "provider " + provider.Key + " sets " + provider.OwnCredentials + ", which the plan does not contain: pass the same credentials to gke-preflight, for example in GOOGLE_CREDENTIALS, and remove them from the provider"
	}
	return n
}
