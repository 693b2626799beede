package rules

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// agent is a Google-managed principal of a project. The addresses are those of
// https://docs.cloud.google.com/iam/docs/service-agents
func agent(kind need.PrincipalKind, project string) need.Principal {
	if project == "" {
		return need.Principal{Kind: kind}
	}
	n := need.Number(project)
	email := map[need.PrincipalKind]string{
		need.GKEServiceAgent:                 "service-" + n + "@container-engine-robot.iam.gserviceaccount.com",
		need.GKENodeServiceAgent:             "service-" + n + "@gcp-sa-gkenode.iam.gserviceaccount.com",
		need.GoogleAPIsServiceAgent:          n + "@cloudservices.gserviceaccount.com",
		need.ComputeServiceAgent:             "service-" + n + "@compute-system.iam.gserviceaccount.com",
		need.FleetServiceAgent:               "service-" + n + "@gcp-sa-gkehub.iam.gserviceaccount.com",
		need.BinaryAuthorizationServiceAgent: "service-" + n + "@gcp-sa-binaryauthorization.iam.gserviceaccount.com",
		need.ComputeDefaultServiceAccount:    n + "-compute@developer.gserviceaccount.com",
	}[kind]
	return need.Principal{Kind: kind, Member: "serviceAccount:" + email}
}

// node is the principal that an account of nodes in project is. Why says why
// it cannot be named before apply, where it cannot.
func node(a plan.Account, project string) (_ need.Principal, why string) {
	switch {
	case a.Unknown:
		return need.Principal{Kind: need.NodeServiceAccount}, a.Attribute + " is not known before apply"
	case a.ID != "":
		return need.Principal{Kind: need.NodeServiceAccount, Member: "serviceAccount:" + a.ID}, ""
	case a.Default:
		return agent(need.ComputeDefaultServiceAccount, project), ""
	case plan.IsDefaultComputeAccount(a.Email):
		return need.Principal{Kind: need.ComputeDefaultServiceAccount, Member: "serviceAccount:" + a.Email}, ""
	}
	return need.Principal{Kind: need.NodeServiceAccount, Member: "serviceAccount:" + a.Email}, ""
}

// home is the project that a node's account lives in: that in its email, else
// that of the nodes.
func home(a plan.Account, project string) string {
	if p := plan.AccountProject(a.Email); p != "" {
		return p
	}
	return project
}

// accountOf is the email in a member.
func accountOf(p need.Principal) string { return strings.TrimPrefix(p.Member, "serviceAccount:") }

// deployer is whom the provider of c will be. Why says why that is not known,
// or why Google Cloud cannot be asked as it, where that is so.
func deployer(c *plan.Change) (_ need.Principal, why string) {
	provider := c.Provider()
	unknown := need.Principal{Kind: need.Deployer, Unknown: true}
	if why := otherwise(provider); why != "" {
		return unknown, why
	}
	if email := impersonated(provider); email != "" {
		return need.Principal{Kind: need.Deployer, Member: "serviceAccount:" + email, Delegates: provider.Delegates.Strings(), Named: email == provider.Deployer}, ""
	}
	if provider.Deployer != "" {
		return need.Principal{Kind: need.Deployer, Member: memberOf(provider.Deployer), Named: true}, ""
	}
	if why := hidden(c); why != "" {
		return unknown, why
	}
	return need.Principal{Kind: need.Deployer}, ""
}

// otherwise says why the requests of apply are not those that can be tried, if
// they are not: they go elsewhere, or their tokens are good for less.
func otherwise(provider *plan.Provider) string {
	if provider.Elsewhere != "" {
		return "provider " + provider.Key + " sets " + provider.Elsewhere + ": apply asks other hosts than googleapis.com, which gke-preflight does not"
	}
	switch {
	case provider.Scopes.State == plan.Unknown:
		return provider.Doubt("scopes", "")
	case provider.Scopes.State == plan.Known && !slices.ContainsFunc(provider.Scopes.Strings(), isCloudPlatform):
		return "provider " + provider.Key + " sets scopes without https://www.googleapis.com/auth/cloud-platform, which the Kubernetes Engine API requires: add that to scopes, or leave them out"
	}
	return ""
}

// isCloudPlatform reports whether a scope is the only one that the Kubernetes
// Engine API takes; gcloud has a short name for it, as the provider once did.
// https://container.googleapis.com/$discovery/rest?version=v1
func isCloudPlatform(scope string) bool {
	return scope == "https://www.googleapis.com/auth/cloud-platform" || scope == "cloud-platform"
}

// impersonated is the account that the provider is known to impersonate. With
// external credentials it impersonates nobody.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/config.go (getTokenSource)
func impersonated(provider *plan.Provider) string {
	switch {
	case provider.Unclear != "" || provider.OwnCredentials == "external_credentials":
		return ""
	case provider.Impersonates.State == plan.Known:
		return plan.AccountEmail(provider.Impersonates.String())
	case provider.Impersonates.State == plan.Unknown && strings.HasPrefix(memberOf(provider.Deployer), "serviceAccount:"):
		return strings.TrimPrefix(provider.Deployer, "serviceAccount:")
	}
	return ""
}

// hidden says why the plan does not show whom the provider of c will be; empty
// where it does.
func hidden(c *plan.Change) string {
	provider := c.Provider()
	switch {
	case provider.Unclear != "":
		return provider.Unclear + ": name the account that apply runs as with --deployer EMAIL"
	case provider.OwnCredentials != "" && provider.Impersonates.State != plan.Unknown || provider.OwnCredentials == "external_credentials":
		return "provider " + provider.Key + " sets " + provider.OwnCredentials + ", which the plan does not show: give the same to gke-preflight, for example in GOOGLE_CREDENTIALS, and leave them out of the provider; or name the account with " + c.DeployerFlag()
	case provider.Impersonates.State == plan.Unknown:
		return provider.Doubt("impersonate_service_account", "the account with "+c.DeployerFlag())
	case provider.Delegates.State != plan.Absent && c.ImpersonatedByEnvironment() != "":
		return "provider " + provider.Key + " sets impersonate_service_account_delegates, and GOOGLE_IMPERSONATE_SERVICE_ACCOUNT the account: set both in the provider"
	}
	return ""
}

// memberOf is the member that an email stands for in policies.
func memberOf(email string) string {
	switch {
	case email == "" || strings.Contains(email, ":"):
		return email
	case strings.HasSuffix(email, "gserviceaccount.com"):
		return "serviceAccount:" + email
	}
	return "user:" + email
}

// deployed makes n a need of the deployer of c.
func forDeployer(n need.Need, c *plan.Change) need.Need {
	principal, why := deployer(c)
	n.Principal = principal
	if why != "" {
		n.Unknown = why
	}
	n.Kind = need.Permissions
	return n
}
