package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerQuotaProject() Rule {
	return Rule{
		ID:       "GP205",
		Name:     "deployer-quota-project",
		Title:    "Deployer can use the quota project of its requests",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range targets(p) {
				if t.Provider().UserProjectOverride.State == plan.Unknown || t.Provider().UserProjectOverride.IsTrue() {
					needs = append(needs, quotaProjectNeed(t, t.Provider()))
				}
			}
			return needs
		},
	}
}

// quotaProjectNeed returns the need that the deployer can use billing_project, or
// else the project of the resource: the provider sends one of them with every
// request.
func quotaProjectNeed(t target, provider *plan.Provider) need.Need {
	n := t.projectNeed()
	if provider.BillingProject.State != plan.Absent {
		n = t.needIn(provider.BillingProject.String(), provider.WhyUnknown("billing_project", ""))
		n.Attribute = "billing_project"
	}
	if provider.UserProjectOverride.State == plan.Unknown {
		n.UndeterminedReason = provider.WhyUnknown("user_project_override", "")
	}
	n = forDeployer(n, t.Change)
	n.Service = "serviceusage.googleapis.com"
	n.Permissions = []string{"serviceusage.services.use"}
	n.ExpectedError = "Error 403: Caller does not have required permission to use project " + n.Project + "."
	n.Fix.Role = "roles/serviceusage.serviceUsageConsumer"
	return n
}
