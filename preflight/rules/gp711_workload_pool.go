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
		Title:    "The workload identity pool is that of the clusters' own project",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, s := range building(p) {
				if pool := s.After("workload_identity_config", 0, "workload_pool"); pool.State != plan.Absent {
					needs = append(needs, s.ofPool(pool))
				}
			}
			return needs
		},
	}
}

// ofPool needs the pool to be that of the cluster's project.
func (s subject) ofPool(pool plan.Value) need.Need {
	n := s.inProject()
	n.Kind = need.Statement
	n.Attribute = "workload_identity_config[0].workload_pool"
	own := s.project.ID + ".svc.id.goog"
	switch {
	case pool.State == plan.Unknown:
		n.Unknown = n.Attribute + " is not known before apply"
	case pool.String() == own:
		n.Holds, n.Message = true, "the workload pool is "+own
	case isNumber(s.project.ID) && strings.HasSuffix(pool.String(), ".svc.id.goog"):
		n.Elsewhere = strings.TrimSuffix(pool.String(), ".svc.id.goog")
		n.Message = fmt.Sprintf("the workload pool is %s, and GKE takes only that of the cluster's project, %s", pool.String(), s.project.ID)
	default:
		n.Message = fmt.Sprintf("the workload pool is %s, and GKE takes only that of the cluster's project: %s", pool.String(), own)
	}
	return n
}
