package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func crossProjectAccount() Rule {
	return Rule{
		ID:       "GP306",
		Name:     "cross-project-account",
		Title:    "Service agents can use node service accounts of other projects",
		Severity: need.Error,
		Requires: []string{"GP301"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				if accountProjectMatch(a, t.project.ID) == resource.Same {
					return
				}
				needs = append(needs,
					agentOnAccountNeed(t, a, need.GKEServiceAgent, "iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"),
					agentOnAccountNeed(t, a, need.ComputeServiceAgent, "iam.serviceAccounts.getAccessToken", "roles/iam.serviceAccountTokenCreator"))
			})
			return needs
		},
	}
}

// agentOnAccountNeed returns a need of a service agent of the cluster's project on
// node service account a.
func agentOnAccountNeed(t target, a plan.Account, kind need.PrincipalKind, permission, role string) need.Need {
	n := t.accountNeed(a)
	n.Kind = need.Permissions
	n.Principal = serviceAgent(kind, t.project.ID)
	n.Service = "iam.googleapis.com"
	n.Permissions = []string{permission}
	n.Fix.Role = role
	return onlyInOtherProject(n, a, t.project.ID)
}
