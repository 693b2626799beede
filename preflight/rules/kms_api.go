package rules

import "gke-preflight/preflight/plan"

func kmsAPI() Rule {
	return Rule{
		ID:       "GP602",
		Name:     "kms-api",
		Title:    "The Cloud KMS API is on in the project of each key",
		Severity: Error,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			eachKey(p, func(s subject, k plan.Key) {
				needs = append(needs, s.inKeyProject(k).api("cloudkms.googleapis.com", "Cloud Key Management Service (KMS) API"))
			})
			return needs
		},
	}
}
