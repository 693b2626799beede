package rules

import (
	"fmt"

	"gke-preflight/preflight/plan"
)

func workloadPool() Rule {
	return Rule{
		ID:       "GP711",
		Name:     "workload-pool",
		Title:    "The workload identity pool is that of the clusters' own project",
		Severity: Warning,
		Needs: func(p *plan.Plan, _ Settings) []Need {
			var needs []Need
			for _, s := range building(p) {
				pool := s.After("workload_identity_config", 0, "workload_pool").String()
				if pool == "" || s.project.ID == "" || isNumber(s.project.ID) || pool == s.project.ID+".svc.id.goog" {
					continue
				}
				n := s.inProject()
				n.Kind = Statement
				n.Attribute = "workload_identity_config[0].workload_pool"
				n.Message = fmt.Sprintf("the workload pool is %s, and GKE takes only that of the cluster's project: %s.svc.id.goog", pool, s.project.ID)
				needs = append(needs, n)
			}
			return needs
		},
	}
}
