package rules

import (
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func crossProjectConstraint() Rule {
	return Rule{
		ID:       "GP307",
		Name:     "cross-project-constraint",
		Title:    "The organisation policy lets node service accounts be used in other projects than their own",
		Severity: Error,
		Requires: []string{"GP301"},
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			accountsInUse(p, func(s subject, a plan.Account) {
				if livesElsewhere(a, s.project.ID) == resource.Same {
					return
				}
				n := s.in(plan.AccountProject(a.Email), s.project.Source)
				n.Kind = Unconstrained
				n.Attribute = a.Attribute
				n.Expect = "iam.disableCrossProjectServiceAccountUsage"
				needs = append(needs, n.ifElsewhere(a, s.project.ID))
			})
			return needs
		},
	}
}
