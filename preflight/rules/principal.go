package rules

import (
	"strings"

	"gke-preflight/preflight/plan"
)

// InWords is the kind for people, as in: the GKE service agent.
func (k PrincipalKind) InWords() string {
	switch k {
	case GKEServiceAgent:
		return "GKE service agent"
	case GKENodeServiceAgent:
		return "GKE node service agent"
	case GoogleAPIsServiceAgent:
		return "Google APIs service agent"
	case ComputeServiceAgent:
		return "Compute Engine service agent"
	case BinaryAuthorizationServiceAgent:
		return "Binary Authorization service agent"
	case ComputeDefaultServiceAccount:
		return "Compute Engine default service account"
	}
	return strings.ReplaceAll(string(k), "-", " ")
}

// ProjectResource is the full resource name of a project.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func ProjectResource(id string) string {
	return "//cloudresourcemanager.googleapis.com/projects/" + id
}

// AccountResource is the full resource name of a service account.
// https://docs.cloud.google.com/iam/docs/full-resource-names
func AccountResource(project, account string) string {
	return "//iam.googleapis.com/projects/" + project + "/serviceAccounts/" + account
}

// Number stands for the number of a project where only its ID is known.
func Number(project string) string {
	if strings.Trim(project, "0123456789") == "" {
		return project
	}
	return "{number:" + project + "}"
}

// agent is a Google-managed principal of a project. The addresses are those of
// https://docs.cloud.google.com/iam/docs/service-agents
func agent(kind PrincipalKind, project string) Principal {
	if project == "" {
		return Principal{Kind: kind}
	}
	n := Number(project)
	email := map[PrincipalKind]string{
		GKEServiceAgent:                 "service-" + n + "@container-engine-robot.iam.gserviceaccount.com",
		GKENodeServiceAgent:             "service-" + n + "@gcp-sa-gkenode.iam.gserviceaccount.com",
		GoogleAPIsServiceAgent:          n + "@cloudservices.gserviceaccount.com",
		ComputeServiceAgent:             "service-" + n + "@compute-system.iam.gserviceaccount.com",
		FleetServiceAgent:               "service-" + n + "@gcp-sa-gkehub.iam.gserviceaccount.com",
		BinaryAuthorizationServiceAgent: "service-" + n + "@gcp-sa-binaryauthorization.iam.gserviceaccount.com",
		ComputeDefaultServiceAccount:    n + "-compute@developer.gserviceaccount.com",
	}[kind]
	return Principal{Kind: kind, Member: "serviceAccount:" + email}
}

// node is the principal that an account of nodes in project is. Why says why
// it cannot be named before apply, where it cannot.
func node(a plan.Account, project string) (_ Principal, why string) {
	switch {
	case a.Unknown:
		return Principal{Kind: NodeServiceAccount}, a.Attribute + " is not known before apply"
	case a.ID != "":
		return Principal{Kind: NodeServiceAccount, Member: "serviceAccount:" + a.ID}, ""
	case a.Default:
		return agent(ComputeDefaultServiceAccount, project), ""
	case plan.IsDefaultComputeAccount(a.Email):
		return Principal{Kind: ComputeDefaultServiceAccount, Member: "serviceAccount:" + a.Email}, ""
	}
	return Principal{Kind: NodeServiceAccount, Member: "serviceAccount:" + a.Email}, ""
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
func accountOf(p Principal) string { return strings.TrimPrefix(p.Member, "serviceAccount:") }

// deployer is whom the provider of c will be. Why says why that is not known,
// where it is not.
func deployer(c *plan.Change) (_ Principal, why string) {
	provider := c.Provider()
	switch {
	case provider.Impersonates.State == plan.Unknown:
		return Principal{Kind: Deployer}, "impersonate_service_account of provider " + provider.Key + " is not known before apply"
	case provider.Impersonates.State == plan.Known:
		email := plan.AccountEmail(provider.Impersonates.String())
		return Principal{Kind: Deployer, Member: "serviceAccount:" + email, Delegates: provider.Delegates}, ""
	case provider.OwnCredentials:
		return Principal{Kind: Deployer}, "provider " + provider.Key + " sets its own credentials, which the plan does not show: give the same to gke-preflight, for example in GOOGLE_CREDENTIALS, and leave them out of the provider"
	}
	return Principal{Kind: Deployer}, ""
}

// deployed makes n a need of the deployer of c.
func (n Need) deployed(c *plan.Change) Need {
	principal, why := deployer(c)
	n.Principal = principal
	if why != "" {
		n.Unknown = why
	}
	n.Kind = Permissions
	return n
}
