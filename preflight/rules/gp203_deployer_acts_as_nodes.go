package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func deployerActsAsNodes() Rule {
	return Rule{
		ID:       "GP203",
		Name:     "deployer-acts-as-nodes",
		Title:    "The deployer may attach the service accounts that nodes run as",
		Severity: need.Error,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			accountsInUse(p, func(s subject, a plan.Account) { needs = append(needs, actAs(s, a)) })
			return needs
		},
	}
}

func actAs(s subject, a plan.Account) need.Need {
	n := s.onAccount(a)
	n = forDeployer(n, s.Change)
	n.Service = "iam.googleapis.com"
	n.Permissions = []string{"iam.serviceAccounts.actAs"}
	n.Fix.Role = "roles/iam.serviceAccountUser"
	if account, why := node(a, s.project.ID); why == "" {
		n.ExpectedError = fmt.Sprintf("Error 400: The user does not have access to service account %q. Ask a project owner to grant you the iam.serviceAccountUser role on the service account., badRequest", accountOf(account))
	}
	return n
}

// onAccount is a need of s on an account that its nodes run as.
func (s subject) onAccount(a plan.Account) need.Need {
	project := home(a, s.project.ID)
	n := s.in(project, s.project.Source)
	n.Attribute = a.Attribute
	account, why := node(a, s.project.ID)
	if why != "" {
		n.Unknown, n.Resource = why, ""
		return n
	}
	if project != "" {
		n.Resource = resource.AccountFullName(project, accountOf(account))
	}
	return n
}
