package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func crossProjectConstraint() Rule {
	return Rule{
		ID:       "GP307",
		Name:     "cross-project-constraint",
		Title:    "Organization policy allows node service accounts of other projects",
		Severity: need.Error,
		Requires: []string{"GP301"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				if accountProjectMatch(a, t.project.ID) == resource.Same {
					return
				}
				n := t.needIn(plan.AccountProject(a.Email), t.project.Source)
				n.Kind = need.OrgPolicyNotEnforced
				n.Attribute = a.Attribute
				n.Expect = "iam.disableCrossProjectServiceAccountUsage"
				needs = append(needs, onlyInOtherProject(n, a, t.project.ID))
			})
			return needs
		},
	}
}
