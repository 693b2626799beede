package rules

import (
	"fmt"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func workloadPool() Rule {
	return Rule{
		ID:       "GP711",
		Name:     "workload-pool",
		Title:    "Workload identity pool belongs to the cluster project",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				if pool := t.After("workload_identity_config", 0, "workload_pool"); pool.State != plan.Absent {
					needs = append(needs, workloadPoolNeed(t, pool))
				}
			}
			return needs
		},
	}
}

// workloadPoolNeed returns the need that pool belongs to the cluster's project.
func workloadPoolNeed(t target, pool plan.Value) need.Need {
	n := t.projectNeed()
	n.Kind = need.PlanOnly
	n.Attribute = "workload_identity_config[0].workload_pool"
	own := t.project.ID + ".svc.id.goog"
	switch {
	case pool.State == plan.Unknown:
		n.UndeterminedReason = n.Attribute + " is not known before apply"
	case pool.String() == own:
		n.Satisfied, n.Message = true, "the workload pool is "+own
	case isProjectNumber(t.project.ID) && strings.HasSuffix(pool.String(), ".svc.id.goog"):
		n.OnlyIfNotProject = strings.TrimSuffix(pool.String(), ".svc.id.goog")
		n.Message = fmt.Sprintf("the workload pool is %s, but GKE accepts only the pool of the cluster's project, %s", pool.String(), t.project.ID)
	default:
		n.Message = fmt.Sprintf("the workload pool is %s, but GKE accepts only the pool of the cluster's project: %s", pool.String(), own)
	}
	return n
}
