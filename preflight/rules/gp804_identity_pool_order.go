package rules

import (
	"fmt"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

func identityPoolOrder() Rule {
	return Rule{
		ID:       "GP804",
		Name:     "identity-pool-order",
		Title:    "Grants to Kubernetes service accounts depend on the first cluster with Workload Identity",
		Severity: need.Warning,
		Outcomes: []string{"fail"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, pc := range p.PolicyChanges() {
				if project := workloadPoolProject(pc); project != "" && pc.Effect != plan.RemovesMembers {
					needs = append(needs, poolOrderNeeds(p, pc, project)...)
				}
			}
			return needs
		},
	}
}

// workloadPoolProject returns the project whose workload identity pool a change
// grants to: serviceAccount:PROJECT_ID.svc.id.goog[namespace/name]. It is empty if
// there is none.
func workloadPoolProject(pc plan.PolicyChange) string {
	for _, g := range pc.Grants {
		for _, m := range g.Members {
			if project, _, ok := strings.Cut(strings.TrimPrefix(m, "serviceAccount:"), ".svc.id.goog["); ok {
				return project
			}
		}
	}
	return ""
}

// poolOrderNeeds returns the need that a grant depends on a cluster that creates
// the pool, if the plan creates the first such cluster. A project with an
// unchanged cluster may already have the pool.
func poolOrderNeeds(p *plan.Plan, pc plan.PolicyChange, project string) []need.Need {
	var first *plan.Cluster
	var among []string
	for _, c := range p.Clusters {
		pool := c.After("workload_identity_config", 0, "workload_pool").String()
		is, own := compareProjects(c.Project.ID, project), pool == project+".svc.id.goog"
		if is == resource.Different || !own && !c.Autopilot {
			continue
		}
		if !c.Creates() || pc.OrderAfter(c.Change) == plan.Ordered {
			return nil
		}
		first, among = c, nil
		if is == resource.MaybeSame && !own {
			among = []string{project}
		}
	}
	if first == nil {
		return nil
	}
	for _, c := range p.UnchangedClusters {
		if compareProjects(c.Project.ID, project) == resource.Same {
			return nil
		}
	}
	n := clusterTarget(first).projectNeed()
	n.Addresses = []string{pc.Address}
	n.Kind = need.PlanOnly
	n.OnlyIfProjectIn = among
	n.Message = fmt.Sprintf("%s grants to %s.svc.id.goog, which exists only after %s is created, but does not depend on it", pc.Address, project, first.Address)
	n.ExpectedError = "Error 400: Identity Pool does not exist (" + project + ".svc.id.goog)."
	n.Fix.Terraform = "# " + plan.BlockOf(pc.Address) + "\ndepends_on = [" + plan.BlockOf(first.Address) + "]"
	return []need.Need{n}
}
