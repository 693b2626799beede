package plan

import "strings"

// HasGeneratedName reports whether apply generates the name of c, so that
// nothing can have it before.
func (c *Change) HasGeneratedName() bool {
	return c.Type == "google_container_node_pool" && c.Latest("name").State == Absent || isGenerated(c, "name")
}

// isGenerated reports whether an attribute contains a random value that apply
// generates.
// https://registry.terraform.io/providers/hashicorp/random/latest/docs
func isGenerated(c *Change, attribute string) bool {
	if c.block == nil || c.After(attribute).State != Unknown {
		return false
	}
	e := c.block.expressions[attribute]
	return e != nil && c.plan.refersToRandom(c.block.module, referencesIn(e), maxHops)
}

// refersToRandom reports whether references lead to a random value.
func (r *references) refersToRandom(module string, refs []string, hops int) bool {
	if hops <= 0 {
		return false
	}
	for _, ref := range writtenReferences(refs) {
		t := parseReference(module, ref)
		switch t.kind {
		case toBlock:
			if isRandom(t) {
				return true
			}
		case toVariable:
			if call := r.config.calls[t.module]; call != nil && call.expressions[t.name] != nil &&
				r.refersToRandom(call.parent, referencesIn(call.expressions[t.name]), hops-1) {
				return true
			}
		case toOutput:
			if o := r.config.outputs[t.module+":"+t.name]; o != nil && r.refersToRandom(t.module, referencesIn(o.expression), hops-1) {
				return true
			}
		}
	}
	return false
}

// isRandom reports whether t is a block that generates a unique random value.
func isRandom(t target) bool {
	typ, _, _ := strings.Cut(strings.TrimPrefix(t.name, t.module+"."), ".")
	switch typ {
	case "random_id", "random_string", "random_pet", "random_uuid", "random_password":
		return true
	}
	return false
}
