package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func sharedRanges() Rule {
	return Rule{
		ID:       "GP712",
		Name:     "shared-ranges",
		Title:    "Secondary ranges for Pods and Services exist on a Shared VPC",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range sharedVPCClusters(p) {
				if !t.Creates() {
					continue
				}
				n := t.hostProjectNeed()
				n.Kind = need.PlanOnly
				n.Attribute = "ip_allocation_policy"
				n.Satisfied, n.Message = true, "the plan requires no new secondary ranges"
				if needsNewRanges(t) {
					n.Satisfied = false
					n.Message = "GKE would have to add secondary ranges to the subnetwork of the host project, which roles/compute.networkUser does not allow: name existing ranges in cluster_secondary_range_name and services_secondary_range_name"
				}
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// needsNewRanges reports whether a cluster certainly requires new secondary
// ranges: it sets sizes instead of the names of ranges.
func needsNewRanges(t target) bool {
	asks := func(attribute string) bool {
		return t.After("ip_allocation_policy", 0, attribute).State == plan.Known
	}
	named := t.After("ip_allocation_policy", 0, "cluster_secondary_range_name").State != plan.Absent
	return !named && (asks("cluster_ipv4_cidr_block") || asks("services_ipv4_cidr_block"))
}
