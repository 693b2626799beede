package plan

import "slices"

// mayBeDynamic reports whether the block at path, all of which is unknown and
// which the configuration does not list, may come from a dynamic block: a plan
// lists no dynamic blocks. A block that the provider never fills in must come
// from one. A block that the provider fills in looks the same whether it comes
// from a dynamic block or from nothing, except for two signs: an update leaves
// a block unchanged if nothing sets it, and dynamic blocks refer to something
// that no other expression refers to.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_cluster.go
func (o *objectValues) mayBeDynamic(path []any) bool {
	name, _ := path[len(path)-1].(string)
	switch name {
	case "condition", "rules", "deny_rule", "denial_condition":
		return true
	case "node_config", "node_pool", "cluster_autoscaling", "auto_provisioning_defaults", "database_encryption",
		"ip_allocation_policy", "network_config", "private_cluster_config":
		return o.dependsOnUnlisted() || o.Updates() && o.hadBlock(path)
	}
	return isOnlyConfigured(name)
}

// isOnlyConfigured reports whether the provider never fills in a block of clusters
// and node pools: its schema has the block as Optional and not as Computed, so that a
// plan shows it as unknown only if the configuration sets it.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/node_config.go
func isOnlyConfigured(block string) bool {
	switch block {
	case "accurate_time_config", "additional_ip_ranges_config", "additional_pod_network_configs",
		"additional_pod_ranges_config", "advanced_machine_features", "autoscaling", "bigquery_destination",
		"binary_authorization", "boot_disk_profile", "ca", "cert", "certificate_authority_domain_config",
		"cidr_blocks", "client", "client_certificate_config", "crash_loop_back_off", "custom_node_init",
		"daily_maintenance_window", "dedicated_local_ssd_profile", "delay_until", "disruption_budget",
		"dns_config", "enable_k8s_beta_apis", "encryption_config", "ephemeral_local_ssd_profile",
		"ephemeral_storage_local_ssd_config", "eviction_minimum_reclaim", "eviction_soft",
		"eviction_soft_grace_period", "exclusion_options", "exclusion_until_end_of_support", "fast_socket",
		"filter", "fleet", "gcp_secret_manager_certificate_config", "gpu_sharing_config", "gvnic", "header",
		"host_maintenance_policy", "hosts", "hugepages_config", "init_script", "local_nvme_ssd_block_config",
		"maintenance_exclusion", "maintenance_policy", "memory_manager", "network_performance_config",
		"network_policy", "network_tags", "node_affinity", "node_config_defaults", "node_kernel_module_loading",
		"node_kubelet_config", "placement_policy", "private_registry_access_config", "pubsub",
		"queued_provisioning", "recurring_maintenance_window", "recurring_window", "registry_hosts",
		"reservation_affinity", "resource_usage_export_config", "rollback_safe_upgrade", "sandbox_config",
		"secondary_boot_disks", "secret_manager_config", "secret_sync_config", "sole_tenant_config", "swap_config",
		"taint", "taint_config", "topology_manager", "user_managed_keys_config", "window_start_time",
		"writable_cgroups":
		return true
	}
	return false
}

// hadBlock reports whether the state has a block at path.
func (o *objectValues) hadBlock(path []any) bool {
	v, _ := lookupPath(o.change.Before, path)
	list, _ := v.([]any)
	return len(list) > 0
}

// A relevantAttribute is an attribute that contributes to a change of the plan.
// https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
type relevantAttribute struct {
	Resource  string `json:"resource"`
	Attribute []any  `json:"attribute"`
}

// findUnlistedBlocks returns the blocks of the attributes that the plan depends
// on, that are only known after apply, and that no listed expression refers to,
// so that a dynamic block must. Local values are not listed either, but they
// make other values unknown; if one may have, nothing follows and the result is
// empty.
func (b builder) findUnlistedBlocks() map[string]bool {
	out := map[string]bool{}
	r := newReachability(b.Plan)
	for _, a := range b.config.relevantAttributes {
		t := target{kind: toBlock, name: withoutKeys(a.Resource)}
		if len(a.Attribute) > 0 {
			t.attribute, _ = a.Attribute[0].(string)
		}
		if !r.hasReached(t) && b.mayBeUnknown(t) {
			out[t.name] = true
		}
	}
	if len(out) > 0 && b.hasUnknownLocal(r) {
		return nil
	}
	return out
}

// dependsOnUnlisted reports whether something in the plan, which may be o,
// depends on a block that only a dynamic block can refer to. No object refers
// to itself.
func (o *objectValues) dependsOnUnlisted() bool {
	own := 0
	if o.plan.unlistedBlocks[o.block.address] {
		own = 1
	}
	return len(o.plan.unlistedBlocks) > own
}

// mayBeUnknown reports whether the target attribute may be unknown before
// apply.
func (b builder) mayBeUnknown(t target) bool {
	if b.config.readDuringApply[t.name] || b.config.changedBlocks[t.name] {
		return true
	}
	return slices.ContainsFunc(b.changesByBlock[t.name], func(c *Change) bool { return !c.isNoOp() && c.hasUnknown(t.attribute) })
}
