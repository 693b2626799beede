package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// A reachability holds what the listed expressions of resources, providers and
// root outputs refer to, through the inputs and outputs of modules. An input of
// a module that only a dynamic block uses does not count.
type reachability struct {
	plan *Plan
	// reached are the attributes that some expression refers to.
	reached map[target]bool
	// throughLocal reports for each target whether it depends on a local value.
	throughLocal map[target]bool
}

// newReachability follows all listed expressions of the plan.
func newReachability(p *Plan) *reachability {
	r := &reachability{plan: p, reached: map[target]bool{}, throughLocal: map[target]bool{}}
	for _, b := range p.config.blocks {
		r.visitReferences(b.module, b.references)
	}
	for _, call := range p.config.calls {
		r.visitReferences(call.parent, call.repetition)
	}
	for key, o := range p.config.outputs {
		if moduleOfKey(key) == "" {
			r.visitReferences("", referencesIn(o.expression))
		}
	}
	for _, config := range p.config.providers {
		r.visitReferences(withoutKeys(config.ModuleAddress), referencesInAll(config.Expressions))
	}
	return r
}

// hasReached reports whether an expression refers to an attribute of a block,
// or to the whole block.
func (r *reachability) hasReached(t target) bool {
	whole := t
	whole.attribute = ""
	return r.reached[t] || r.reached[whole]
}

// visitReferences follows references and reports whether they lead to a local
// value.
func (r *reachability) visitReferences(module string, refs []string) bool {
	local := false
	for _, ref := range writtenReferences(refs) {
		local = r.visitTarget(parseReference(module, ref)) || local
	}
	return local
}

// visitTarget follows one target and reports whether it leads to a local value.
func (r *reachability) visitTarget(t target) bool {
	if t.kind == toBlock {
		t.module = ""
		r.reached[t] = true
		return false
	}
	if local, done := r.throughLocal[t]; done {
		return local
	}
	r.throughLocal[t] = t.kind == toLocal
	r.throughLocal[t] = r.visitDefinition(t)
	return r.throughLocal[t]
}

// visitDefinition follows the expression that defines a target.
func (r *reachability) visitDefinition(t target) bool {
	switch t.kind {
	case toLocal:
		return true
	case toVariable:
		if call := r.plan.config.calls[t.module]; call != nil {
			return r.visitReferences(call.parent, append(referencesIn(call.expressions[t.name]), call.repetition...))
		}
	case toOutput:
		if o := r.plan.config.outputs[t.module+":"+t.name]; o != nil {
			return r.visitReferences(t.module, referencesIn(o.expression))
		}
	case toModule:
		return r.visitOutputs(t.module)
	}
	return false
}

// visitOutputs follows all outputs of a module.
func (r *reachability) visitOutputs(module string) bool {
	local := false
	for key, o := range r.plan.config.outputs {
		if moduleOfKey(key) == module {
			local = r.visitReferences(module, referencesIn(o.expression)) || local
		}
	}
	return local
}

// hasUnknownLocal reports whether an expression that leads to a local value is
// only known after apply: the local value may be the reason.
func (p *Plan) hasUnknownLocal(r *reachability) bool {
	for name := range p.config.unknownOutputs {
		if o := p.config.outputs[":"+name]; o != nil && r.visitReferences("", referencesIn(o.expression)) {
			return true
		}
	}
	for _, b := range p.config.blocks {
		if b.expressions == nil && p.config.changedBlocks[b.address] && r.hasUnknownAttribute(b) {
			return true
		}
	}
	return slices.ContainsFunc(p.Changes, func(c *Change) bool {
		return c.block != nil && !c.isNoOp() && r.hasUnknownExpression(c.block, c.block.expressions, c.change.AfterUnknown)
	})
}

// hasUnknownAttribute reports whether b, which is of an irrelevant type, has an
// attribute that leads to a local value and that is only known after apply.
func (r *reachability) hasUnknownAttribute(b *block) bool {
	for name, refs := range b.attributeReferences {
		if name != "" && r.plan.config.unknownAttributes[b.address][name] && r.visitReferences(b.module, append(slices.Clone(refs), b.attributeReferences[""]...)) {
			return true
		}
	}
	return false
}

// hasUnknownExpression reports the same of the expressions of a relevant type.
// Expressions in a block whose flags are not listed one by one may be unknown.
func (r *reachability) hasUnknownExpression(b *block, expressions map[string]*tfjson.Expression, marks any) bool {
	for name, e := range expressions {
		mark, _ := lookupPath(marks, []any{name})
		if marks == true {
			mark = true
		}
		if mark == nil || e == nil || e.ExpressionData == nil {
			continue
		}
		if r.hasUnknownNested(b, e.NestedBlocks, mark) || r.visitReferences(b.module, append(slices.Clone(e.References), referencesIn(b.forEach)...)) {
			return true
		}
	}
	return false
}

// hasUnknownNested reports the same of nested blocks.
func (r *reachability) hasUnknownNested(b *block, nested []map[string]*tfjson.Expression, marks any) bool {
	list, _ := marks.([]any)
	for i, e := range nested {
		var mark any = true
		if len(list) == len(nested) {
			mark = list[i]
		}
		if r.hasUnknownExpression(b, e, mark) {
			return true
		}
	}
	return false
}
