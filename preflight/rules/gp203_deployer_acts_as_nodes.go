package rules

import (
	"fmt"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerActsAsNodes() Rule {
	return Rule{
		ID:       "GP203",
		Name:     "deployer-acts-as-nodes",
		Title:    "Deployer can act as the node service accounts",
		Severity: need.Error,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) { needs = append(needs, actAsNeed(t, a)) })
			return needs
		},
	}
}

// actAsNeed returns the need that the deployer can attach account a to nodes.
func actAsNeed(t target, a plan.Account) need.Need {
	n := t.accountNeed(a)
	n = forDeployer(n, t.Change)
	n.Service = "iam.googleapis.com"
	n.Permissions = []string{"iam.serviceAccounts.actAs"}
	n.Fix.Role = "roles/iam.serviceAccountUser"
	if account, why := nodePrincipal(a, t.project.ID); why == "" {
		n.ExpectedError = fmt.Sprintf("Error 400: The user does not have access to service account %q. Ask a project owner to grant you the iam.serviceAccountUser role on the service account., badRequest", accountEmail(account))
	}
	return n
}
