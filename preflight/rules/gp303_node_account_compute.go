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
			accountsInUse(p, func(s subject, a plan.Account) {
				n := onNodes(s, a)
				n.Service = "compute.googleapis.com"
				n.Permissions = set.canaries(need.NodeServiceAccount, "compute.regions.get")
				n.ExpectedError = retryBudget(n.Permissions[0], s)
				n.Fix.Role = "roles/compute.viewer"
				needs = append(needs, n)
			})
			return needs
		},
	}
}

// canaries are the permissions that stand for what a principal must be able
// to do: those of the configuration, else the given ones.
func (set Settings) canaries(kind need.PrincipalKind, standard ...string) []string {
	if configured := set.Canaries[kind]; len(configured) > 0 {
		return configured
	}
	return standard
}
