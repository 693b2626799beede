package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func tokenInPlan() Rule {
	return Rule{
		ID:       "GP803",
		Name:     "token-in-plan",
		Title:    "Plan file contains no plaintext access token",
		Severity: need.Note,
		Outcomes: []string{"fail"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			if !p.ContainsToken {
				return nil
			}
			return []need.Need{{
				Kind:    need.PlanOnly,
				Message: "the plan file contains a plaintext access token from data.google_client_config: treat the file as a secret, and do not save it as a build artifact",
			}}
		},
	}
}
