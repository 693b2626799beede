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
		Title:    "The organisation policy lets node service accounts be used in other projects than their own",
		Severity: need.Error,
		Requires: []string{"GP301"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			accountsInUse(p, func(s subject, a plan.Account) {
				if livesElsewhere(a, s.project.ID) == resource.Same {
					return
				}
				n := s.in(plan.AccountProject(a.Email), s.project.Source)
				n.Kind = need.Unconstrained
				n.Attribute = a.Attribute
				n.Expect = "iam.disableCrossProjectServiceAccountUsage"
				needs = append(needs, onlyElsewhere(n, a, s.project.ID))
			})
			return needs
		},
	}
}
