package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func kmsAPI() Rule {
	return Rule{
		ID:       "GP602",
		Name:     "kms-api",
		Title:    "The Cloud KMS API is on in the project of each key",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			eachKey(p, func(s subject, k plan.Key) {
				needs = append(needs, asService(s.inKeyProject(k), "cloudkms.googleapis.com", "Cloud Key Management Service (KMS) API"))
			})
			return needs
		},
	}
}
