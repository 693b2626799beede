package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func deployerInstanceGroups() Rule {
	return Rule{
		ID:       "GP204",
		Name:     "deployer-instance-groups",
		Title:    "Deployer can read the instance groups of node pools",
		Severity: need.Error,
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				if t.After("ignore_node_count_changes").IsTrue() || t.After("skip_node_pool_refresh").IsTrue() {
					continue
				}
				n := forDeployer(t.projectNeed(), t.Change)
				if t.cluster != nil && t.cluster.Autopilot {
					// All known reports are about Standard clusters.
					n.Severity = need.Warning
				}
				n.Service = "compute.googleapis.com"
				// The provider lists them since version 6, and before that got each
				// one. A plan does not contain the version of the provider.
				// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_node_pool.go (instanceGroupManagerCache)
				n.Permissions = []string{"compute.instanceGroupManagers.get", "compute.instanceGroupManagers.list"}
				n.ExpectedError = "Error reading instance group manager returned as an instance group URL: googleapi: Error 403: Required 'compute.instanceGroupManagers.get' permission"
				n.Fix.Role = "roles/compute.viewer"
				needs = append(needs, n)
			}
			return needs
		},
	}
}
