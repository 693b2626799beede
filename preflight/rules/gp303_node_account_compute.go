package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeAccountCompute() Rule {
	return Rule{
		ID:       "GP303",
		Name:     "node-account-compute",
		Title:    "Node service accounts have the compute permissions from Google's page on 4xx errors",
		Severity: need.Note,
		Requires: []string{"GP301", "GP304"},
		Needs: func(p *plan.Plan, set Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				n := nodeAccountNeed(t, a)
				n.Service = "compute.googleapis.com"
				n.Permissions = set.probePermissions(need.NodeServiceAccount, "compute.regions.get")
				n.ExpectedError = retryBudgetError(n.Permissions[0], t)
				n.Fix.Role = "roles/compute.viewer"
				needs = append(needs, n)
			})
			return needs
		},
	}
}
