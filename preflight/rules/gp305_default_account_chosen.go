package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func defaultAccountChosen() Rule {
	return Rule{
		ID:       "GP305",
		Name:     "default-account-chosen",
		Title:    "Nodes use an explicitly configured service account",
		Severity: need.Note,
		Outcomes: []string{"fail"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			forEachAssignedAccount(p, func(t target, a plan.Account) {
				if a.Default && !a.Explicit {
					needs = append(needs, defaultAccountNeed(t, a))
				}
			})
			return needs
		},
	}
}

// defaultAccountNeed returns the finding that nodes run as the default service
// account because none is set.
func defaultAccountNeed(t target, a plan.Account) need.Need {
	n := nodeAccountNeed(t, a)
	n.Kind = need.PlanOnly
	n.Message = "no service account is set, so nodes run as the Compute Engine default service account"
	if t.cluster != nil && t.cluster.HasTemporaryDefaultPool && !t.isNodePool {
		n.Message = "the temporary default node pool runs for a few minutes as the Compute Engine default service account"
	}
	n.Fix.Terraform = "node_config {\n  service_account = \"NAME@" + t.project.ID + ".iam.gserviceaccount.com\"\n}"
	if t.cluster != nil && t.cluster.Autopilot {
		n.Fix.Terraform = "cluster_autoscaling {\n  auto_provisioning_defaults {\n    service_account = \"NAME@" + t.project.ID + ".iam.gserviceaccount.com\"\n  }\n}"
	}
	return n
}
