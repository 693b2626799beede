package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func tokenInPlan() Rule {
	return Rule{
		ID:       "GP803",
		Name:     "token-in-plan",
		Title:    "No access token stands in the plan file in clear",
		Severity: need.Note,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			if !p.HoldsToken {
				return nil
			}
			return []need.Need{{
				Kind:    need.Statement,
				Message: "an access token stands in the plan file in clear, as data.google_client_config puts it there: treat the file as a secret, and do not keep it as an artifact",
			}}
		},
	}
}
