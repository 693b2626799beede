package plan

import "slices"

// mayBeDynamic reports whether a dynamic block may make the block at path, all
// of which is unknown and which the configuration does not list: a plan lists
// no dynamic blocks. A block that the provider never fills in must be one. A
// block that the provider fills in looks the same whether a dynamic block makes
// it or nobody wrote it, but for two signs: an update leaves what nobody wrote
// as it is, and dynamic blocks refer to something that no other expression does.
// https://github.com/hashicorp/terraform-provider-google/blob/main/google/services/container/resource_container_cluster.go
func (c *Change) mayBeDynamic(path []any) bool {
	switch path[len(path)-1] {
	case "condition", "rules", "deny_rule", "denial_condition",
		"fleet", "user_managed_keys_config", "resource_usage_export_config", "secret_manager_config", "reservation_affinity", "sole_tenant_config":
		return true
	case "node_config", "node_pool", "cluster_autoscaling", "auto_provisioning_defaults", "database_encryption",
		"ip_allocation_policy", "network_config", "private_cluster_config":
		return c.plan.refersUnseen || c.Updates() && c.hadBlock(path)
	}
	return false
}

// hadBlock reports whether the state has a block at path.
func (c *Change) hadBlock(path []any) bool {
	v, _ := lookup(c.change.Before, path)
	list, _ := v.([]any)
	return len(list) > 0
}

// A relevant is an attribute that contributes to a change of the plan.
// https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
type relevant struct {
	Resource  string `json:"resource"`
	Attribute []any  `json:"attribute"`
}

// findUnseen reports whether the plan depends on an attribute that is not known
// before apply and that no expression of the configuration refers to, as far as
// the plan lists them: a dynamic block does. Local values are not listed either;
// where they are used, nothing follows.
func (p *Plan) findUnseen() bool {
	seen := p.allReferences()
	if seen == nil {
		return false
	}
	return slices.ContainsFunc(p.config.relevant, func(r relevant) bool {
		t := target{kind: toBlock, name: withoutKeys(r.Resource)}
		if len(r.Attribute) > 0 {
			t.attribute, _ = r.Attribute[0].(string)
		}
		whole := t
		whole.attribute = ""
		return !seen[t] && !seen[whole] && p.isPending(t)
	})
}

// isPending reports whether an attribute of a block is not known before apply.
func (p *Plan) isPending(t target) bool {
	if p.config.late[t.name] || p.config.pending[t.name] {
		return true
	}
	return slices.ContainsFunc(p.byBlock[t.name], func(c *Change) bool { return !c.idle() && c.marksAny(t.attribute) })
}

// allReferences returns the attributes that the configuration refers to; nil if
// it refers to a local value.
func (p *Plan) allReferences() map[target]bool {
	seen, local := map[target]bool{}, false
	add := func(module string, refs []string) {
		for _, r := range leaves(refs) {
			t := resolve(module, r)
			local = local || t.kind == toLocal
			t.module = ""
			seen[t] = true
		}
	}
	for _, b := range p.config.blocks {
		add(b.module, b.references)
	}
	for _, call := range p.config.calls {
		add(call.parent, append(allReferences(call.expressions), call.repetition...))
	}
	for key, o := range p.config.outputs {
		add(moduleOfKey(key), references(o.expression))
	}
	for _, config := range p.config.providers {
		add(withoutKeys(config.ModuleAddress), allReferences(config.Expressions))
	}
	if local {
		return nil
	}
	return seen
}
