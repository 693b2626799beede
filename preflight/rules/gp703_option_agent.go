package rules

import (
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

func optionAgent() Rule {
	return Rule{
		ID:       "GP703",
		Name:     "option-agent",
		Title:    "GKE service agent has the permissions that cluster options require",
		Severity: need.Warning,
		Requires: []string{"GP101", "GP401"},
		Needs: func(p *plan.Plan, _ Settings) []need.Need {
			var needs []need.Need
			for _, t := range changing(p) {
				for _, o := range optionGrants() {
					for _, path := range t.optionPaths(o.path) {
						if isOn(t.After(path...)) {
							needs = append(needs, o.need(t, path))
						}
					}
				}
			}
			return needs
		},
	}
}

// An optionGrant is what an option requires of the GKE service agent in the
// cluster's project.
type optionGrant struct {
	path        []any
	permissions []string
}

// need returns the need of the GKE service agent for the option of t at path.
func (o optionGrant) need(t target, path []any) need.Need {
	n := t.agentNeed(need.GKEServiceAgent)
	n.Attribute = plan.Path(path...)
	n.Permissions = o.permissions
	n.Fix.Role = "roles/container.serviceAgent"
	return n
}

// optionGrants returns permissions selected from roles/container.serviceAgent,
// which contains all of them. They matter if another role is used instead.
// https://docs.cloud.google.com/iam/docs/roles-permissions/container
func optionGrants() []optionGrant {
	return []optionGrant{
		{[]any{"resource_usage_export_config", 0, "bigquery_destination", 0, "dataset_id"}, []string{"bigquery.datasets.get", "bigquery.tables.create", "bigquery.tables.update", "bigquery.tables.updateData"}},
		{[]any{"binary_authorization", 0, "evaluation_mode"}, []string{"binaryauthorization.policy.evaluatePolicy"}},
		{[]any{"dns_config", 0, "cluster_dns"}, []string{"dns.networks.bindPrivateDNSPolicy", "dns.networks.bindPrivateDNSZone"}},
		{[]any{"private_cluster_config", 0, "enable_private_nodes"}, []string{"compute.addresses.createInternal", "compute.addresses.useInternal", "compute.forwardingRules.pscCreate"}},
		{[]any{"addons_config", 0, "gcp_filestore_csi_driver_config", 0, "enabled"}, []string{"file.instances.create", "file.instances.get"}},
		{[]any{"node_config", 0, "reservation_affinity", 0, "values"}, []string{"compute.reservations.get", "compute.reservations.list"}},
		{[]any{"node_config", 0, "node_group"}, []string{"compute.nodeGroups.get"}},
		{[]any{"node_config", 0, "storage_pools"}, []string{"compute.storagePools.use"}},
		{[]any{"placement_policy", 0, "policy_name"}, []string{"compute.resourcePolicies.use"}},
	}
}
