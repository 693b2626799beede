package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func nodeAccountCompute() Rule {
	return Rule{
		ID:       "GP303",
		Name:     "node-account-compute",
		Title:    "The service accounts that nodes run as hold the compute permissions that Google's 4xx page speaks of",
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
