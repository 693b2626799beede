package rules

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// deployerPrincipal returns the deployer of c. If the plan does not show the
// deployer, or its permissions cannot be tested, why says why.
func deployerPrincipal(c *plan.Change) (_ need.Principal, why string) {
	provider := c.Provider()
	unknown := need.Principal{Kind: need.Deployer, Unknown: true}
	if why := untestableReason(provider); why != "" {
		return unknown, why
	}
	if email := impersonatedAccount(provider); email != "" {
		return need.Principal{Kind: need.Deployer, Member: "serviceAccount:" + email, Delegates: provider.Delegates.Strings(), NamedByUser: email == provider.Deployer}, ""
	}
	if provider.Deployer != "" {
		return need.Principal{Kind: need.Deployer, Member: memberFromEmail(provider.Deployer), NamedByUser: true}, ""
	}
	if why := unknownDeployerReason(c); why != "" {
		return unknown, why
	}
	return need.Principal{Kind: need.Deployer}, ""
}

// untestableReason returns why the permissions of the deployer cannot be tested as
// apply would use them: the provider calls other endpoints, or its tokens lack the
// scope. It is empty if they can.
func untestableReason(provider *plan.Provider) string {
	if provider.CustomEndpoint != "" {
		return "provider " + provider.Key + " sets " + provider.CustomEndpoint + ": apply calls other hosts than googleapis.com, which gke-preflight does not"
	}
	switch {
	case provider.Scopes.State == plan.Unknown:
		return provider.WhyUnknown("scopes", "")
	case provider.Scopes.State == plan.Known && !slices.ContainsFunc(provider.Scopes.Strings(), isCloudPlatformScope):
		return "provider " + provider.Key + " sets scopes without https://www.googleapis.com/auth/cloud-platform, which the Kubernetes Engine API requires: add that to scopes, or leave them out"
	}
	return ""
}

// isCloudPlatformScope reports whether scope is the only one that the Kubernetes
// Engine API accepts. gcloud has a short name for it, as did earlier versions of
// the provider.
// https://container.googleapis.com/$discovery/rest?version=v1
func isCloudPlatformScope(scope string) bool {
	return scope == "https://www.googleapis.com/auth/cloud-platform" || scope == "cloud-platform"
}

// impersonatedAccount returns the account that the provider is known to
// impersonate. With external credentials it impersonates none.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (getTokenSource)
func impersonatedAccount(provider *plan.Provider) string {
	switch {
	case provider.UnknownReason != "" || provider.OwnCredentials == "external_credentials":
		return ""
	case provider.Impersonates.State == plan.Known:
		return plan.AccountEmail(provider.Impersonates.String())
	case provider.Impersonates.State == plan.Unknown && strings.HasPrefix(memberFromEmail(provider.Deployer), "serviceAccount:"):
		return strings.TrimPrefix(provider.Deployer, "serviceAccount:")
	}
	return ""
}

// unknownDeployerReason returns why the plan does not show the deployer of c. It
// is empty if the plan does.
func unknownDeployerReason(c *plan.Change) string {
	provider := c.Provider()
	switch {
	case provider.UnknownReason != "":
		return provider.UnknownReason + ": name the account that apply runs as with --deployer EMAIL"
	case provider.OwnCredentials != "" && provider.Impersonates.State != plan.Unknown || provider.OwnCredentials == "external_credentials":
		return "provider " + provider.Key + " sets " + provider.OwnCredentials + ", which the plan does not contain: pass the same credentials to gke-preflight, for example in GOOGLE_CREDENTIALS, and remove them from the provider; or name the account with " + c.DeployerFlag()
	case provider.Impersonates.State == plan.Unknown:
		return provider.WhyUnknown("impersonate_service_account", "the account with "+c.DeployerFlag())
	case provider.Delegates.State != plan.Absent && c.ImpersonatedByEnvironment() != "":
		return "provider " + provider.Key + " sets impersonate_service_account_delegates, and GOOGLE_IMPERSONATE_SERVICE_ACCOUNT the account: set both in the provider"
	}
	return ""
}

// memberFromEmail returns the member of IAM policies that has an email address.
func memberFromEmail(email string) string {
	switch {
	case email == "" || strings.Contains(email, ":"):
		return email
	case strings.HasSuffix(email, "gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}

// forDeployer returns n as a need of the deployer of c for permissions.
func forDeployer(n need.Need, c *plan.Change) need.Need {
	principal, why := deployerPrincipal(c)
	n.Principal = principal
	if why != "" {
		n.UndeterminedReason = why
	}
	n.Kind = need.Permissions
	return n
}

// deployerNeed returns the need that the deployer holds permissions on the cluster
// at p. The permission that apply is denied first comes first.
func (t target) deployerNeed(p plan.Place, permissions []string) need.Need {
	n := forDeployer(t.clusterNeed(p), t.Change)
	n.Service = "container.googleapis.com"
	n.Permissions = permissions
	if len(n.Clusters) > 0 {
		n.ExpectedError = missingPermissionError(permissions[0], n.Clusters[0])
	}
	n.Fix.Role = "roles/container.clusterAdmin"
	if written := p.Project.InvalidForm; written != "" && n.UndeterminedReason == "" {
		// Requests would go to projects/projects/PROJECT_ID.
		n.UndeterminedReason = "the project of " + t.Address + " is written as " + written + ", which the provider does not accept here: write it as " + p.Project.ID
	}
	return n
}
