package rules

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// serviceAgent returns a service agent of a project. The email formats are from
// https://docs.cloud.google.com/iam/docs/service-agents
func serviceAgent(kind need.PrincipalKind, project string) need.Principal {
	if project == "" {
		return need.Principal{Kind: kind}
	}
	n := resource.ProjectNumberOrPlaceholder(project)
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

// nodePrincipal returns the principal of a node service account of nodes in
// project. If the account is only known after apply, why says so.
func nodePrincipal(a plan.Account, project string) (_ need.Principal, why string) {
	switch {
	case a.Unknown:
		return need.Principal{Kind: need.NodeServiceAccount}, a.Attribute + " is not known before apply"
	case a.ID != "":
		return need.Principal{Kind: need.NodeServiceAccount, Member: "serviceAccount:" + a.ID}, ""
	case a.Default:
		return serviceAgent(need.ComputeDefaultServiceAccount, project), ""
	case plan.IsDefaultComputeAccount(a.Email):
		return need.Principal{Kind: need.ComputeDefaultServiceAccount, Member: "serviceAccount:" + a.Email}, ""
	}
	return need.Principal{Kind: need.NodeServiceAccount, Member: "serviceAccount:" + a.Email}, ""
}

// accountProject returns the project of a node service account: the one in its
// email, or else the project of its nodes.
func accountProject(a plan.Account, project string) string {
	if p := plan.AccountProject(a.Email); p != "" {
		return p
	}
	return project
}

// accountEmail returns the email address in the member of p.
func accountEmail(p need.Principal) string { return strings.TrimPrefix(p.Member, "serviceAccount:") }

// agentNeed returns a need of a service agent of the project of t for permissions
// in that project.
func (t target) agentNeed(kind need.PrincipalKind) need.Need {
	n := t.projectNeed()
	n.Kind = need.Permissions
	n.Principal = serviceAgent(kind, t.project.ID)
	n.Service = "container.googleapis.com"
	return n
}
