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
		Title:    "The service agents of the cluster's project may use node service accounts of other projects",
		Severity: need.Error,
		Requires: []string{"GP301"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			accountsInUse(p, func(s subject, a plan.Account) {
				if livesElsewhere(a, s.project.ID) == resource.Same {
					return
				}
				needs = append(needs,
					s.agentOn(a, need.GKEServiceAgent, "iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"),
					s.agentOn(a, need.ComputeServiceAgent, "iam.serviceAccounts.getAccessToken", "roles/iam.serviceAccountTokenCreator"))
			})
			return needs
		},
	}
}

// livesElsewhere says whether an account is of another project than the nodes.
// The default account that nobody names is always that of their own project.
func livesElsewhere(a plan.Account, project string) resource.Match {
	home := plan.AccountProject(a.Email)
	if home == "" || project == "" {
		return resource.Same
	}
	return compare(home, project)
}

// ifElsewhere makes n a need that arises only if an account is of another
// project than the nodes.
func onlyElsewhere(n need.Need, a plan.Account, project string) need.Need {
	if livesElsewhere(a, project) == resource.MaybeSame {
		n.Elsewhere = project
	}
	return n
}

// agentOn is a need of an agent of the cluster's project on an account.
func (s subject) agentOn(a plan.Account, kind need.PrincipalKind, permission, role string) need.Need {
	n := s.onAccount(a)
	n.Kind = need.Permissions
	n.Principal = agent(kind, s.project.ID)
	n.Service = "iam.googleapis.com"
	n.Permissions = []string{permission}
	n.Fix.Role = role
	return onlyElsewhere(n, a, s.project.ID)
}
