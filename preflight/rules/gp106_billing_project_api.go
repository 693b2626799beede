package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func billingProjectAPI() Rule {
	return Rule{
		ID:       "GP106",
		Name:     "billing-project-api",
		Title:    "APIs that the provider calls are enabled in its billing project",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range targets(p) {
				provider := t.Provider()
				billed := provider.BillingProject
				isOwn := billed.State == plan.Known && billed.String() == t.project.ID
				override := provider.UserProjectOverride
				if override.State != plan.Unknown && !override.IsTrue() || billed.State == plan.Absent || isOwn {
					continue
				}
				n := t.needIn(billed.String(), provider.WhyUnknown("billing_project", ""))
				if override.State == plan.Unknown {
					n.UndeterminedReason = provider.WhyUnknown("user_project_override", "")
				}
				n.Attribute = "billing_project"
				// The provider also reads the instance groups of node pools.
				also := apiNeed(n, "compute.googleapis.com", "Compute Engine API")
				also.Severity, also.ExpectedError = need.Warning, ""
				needs = append(needs, apiNeed(n, "container.googleapis.com", "Kubernetes Engine API"), also)
			}
			return needs
		},
	}
}
