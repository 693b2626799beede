package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func sharedRanges() Rule {
	return Rule{
		ID:       "GP712",
		Name:     "shared-ranges",
		Title:    "On a Shared VPC, the address ranges of Pods and Services are there already",
		Severity: need.Warning,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range sharedVPCClusters(p) {
				if !t.Creates() {
					continue
				}
				n := t.hostProjectNeed()
				n.Kind = need.Statement
				n.Attribute = "ip_allocation_policy"
				n.Holds, n.Message = true, "the plan asks for no new address ranges"
				if t.needsNewRanges() {
					n.Holds = false
					n.Message = "GKE would have to add address ranges to the subnetwork of the host project, which roles/compute.networkUser does not let it: name ranges that are there, in cluster_secondary_range_name and services_secondary_range_name"
				}
				needs = append(needs, n)
			}
			return needs
		},
	}
}

// makesRanges reports whether a cluster is sure to need new ranges: it asks for
// sizes instead of naming ranges.
func (t target) needsNewRanges() bool {
	asks := func(attribute string) bool {
		return t.After("ip_allocation_policy", 0, attribute).State == plan.Known
	}
	named := t.After("ip_allocation_policy", 0, "cluster_secondary_range_name").State != plan.Absent
	return !named && (asks("cluster_ipv4_cidr_block") || asks("services_ipv4_cidr_block"))
}
