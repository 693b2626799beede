package rules

import "gke-preflight/preflight/plan"

func crossProjectAccount() Rule {
	return Rule{
		ID:       "GP306",
		Name:     "cross-project-account",
		Title:    "The service agents of the cluster's project may use node service accounts of other projects",
		Severity: Error,
		Requires: []string{"GP301"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			accountsInUse(p, func(s subject, a plan.Account) {
				if !livesElsewhere(a, s.project.ID) {
					return
				}
				needs = append(needs,
					s.agentOn(a, GKEServiceAgent, "iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"),
					s.agentOn(a, ComputeServiceAgent, "iam.serviceAccounts.getAccessToken", "roles/iam.serviceAccountTokenCreator"))
			})
			return needs
		},
	}
}

// livesElsewhere reports whether an account is of another project than the
// cluster. Where one of the two is a number and the other an ID, they may be
// the same, and the default account is always that of the cluster's project.
func livesElsewhere(a plan.Account, project string) bool {
	home := plan.AccountProject(a.Email)
	return home != "" && project != "" && home != project && isNumber(home) == isNumber(project)
}

// agentOn is a need of an agent of the cluster's project on an account.
func (s subject) agentOn(a plan.Account, kind PrincipalKind, permission, role string) Need {
	n := s.onAccount(a)
	n.Kind = Permissions
	n.Principal = agent(kind, s.project.ID)
	n.Service = "iam.googleapis.com"
	n.Permissions = []string{permission}
	n.Fix.Role = role
	return n
}
