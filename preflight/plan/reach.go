package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// A reach is what the listed expressions of resources, providers and root outputs
// lead to, through the inputs and outputs of modules. The input of a module that
// only a dynamic block uses leads nowhere.
type reach struct {
	plan *Plan
	// blocks are the attributes that were reached.
	blocks map[target]bool
	// local reports of a target whether a local value is behind it.
	local map[target]bool
}

// reach follows all listed expressions.
func (p *Plan) reach() *reach {
	r := &reach{plan: p, blocks: map[target]bool{}, local: map[target]bool{}}
	for _, b := range p.config.blocks {
		r.follow(b.module, b.references)
	}
	for _, call := range p.config.calls {
		r.follow(call.parent, call.repetition)
	}
	for key, o := range p.config.outputs {
		if moduleOfKey(key) == "" {
			r.follow("", references(o.expression))
		}
	}
	for _, config := range p.config.providers {
		r.follow(withoutKeys(config.ModuleAddress), allReferences(config.Expressions))
	}
	return r
}

// sees reports whether an attribute of a block, or the whole block, was reached.
func (r *reach) sees(t target) bool {
	whole := t
	whole.attribute = ""
	return r.blocks[t] || r.blocks[whole]
}

// follow goes on from references and reports whether they lead to a local value.
func (r *reach) follow(module string, refs []string) bool {
	local := false
	for _, ref := range leaves(refs) {
		local = r.target(resolve(module, ref)) || local
	}
	return local
}

func (r *reach) target(t target) bool {
	if t.kind == toBlock {
		t.module = ""
		r.blocks[t] = true
		return false
	}
	if local, done := r.local[t]; done {
		return local
	}
	r.local[t] = t.kind == toLocal
	r.local[t] = r.behind(t)
	return r.local[t]
}

// behind follows what a target stands for.
func (r *reach) behind(t target) bool {
	switch t.kind {
	case toLocal:
		return true
	case toVariable:
		if call := r.plan.config.calls[t.module]; call != nil {
			return r.follow(call.parent, append(references(call.expressions[t.name]), call.repetition...))
		}
	case toOutput:
		if o := r.plan.config.outputs[t.module+":"+t.name]; o != nil {
			return r.follow(t.module, references(o.expression))
		}
	case toModule:
		return r.outputs(t.module)
	}
	return false
}

// outputs follows all outputs of a module.
func (r *reach) outputs(module string) bool {
	local := false
	for key, o := range r.plan.config.outputs {
		if moduleOfKey(key) == module {
			local = r.follow(module, references(o.expression)) || local
		}
	}
	return local
}

// hasUnknownLocal reports whether an expression that leads to a local value is
// not known before apply: the local value may be why.
func (p *Plan) hasUnknownLocal(r *reach) bool {
	for name := range p.config.unknownOutputs {
		if o := p.config.outputs[":"+name]; o != nil && r.follow("", references(o.expression)) {
			return true
		}
	}
	for _, b := range p.config.blocks {
		if b.expressions == nil && p.config.pending[b.address] && r.unknownByName(b) {
			return true
		}
	}
	return slices.ContainsFunc(p.Changes, func(c *Change) bool {
		return c.block != nil && !c.idle() && r.unknownBelow(c.block, c.block.expressions, c.change.AfterUnknown)
	})
}

// unknownByName reports whether b, of a type that is not kept, has an attribute
// that leads to a local value and that is not known before apply.
func (r *reach) unknownByName(b *block) bool {
	for name, refs := range b.written {
		if name != "" && r.plan.config.unknown[b.address][name] && r.follow(b.module, append(slices.Clone(refs), b.written[""]...)) {
			return true
		}
	}
	return false
}

// unknownBelow reports the same of expressions that are kept. What stands in a
// block of which the marks are not listed one by one may be unknown.
func (r *reach) unknownBelow(b *block, expressions map[string]*tfjson.Expression, marks any) bool {
	for name, e := range expressions {
		mark, _ := lookup(marks, []any{name})
		if marks == true {
			mark = true
		}
		if mark == nil || e == nil || e.ExpressionData == nil {
			continue
		}
		if r.unknownNested(b, e.NestedBlocks, mark) || r.follow(b.module, append(slices.Clone(e.References), references(b.forEach)...)) {
			return true
		}
	}
	return false
}

func (r *reach) unknownNested(b *block, nested []map[string]*tfjson.Expression, marks any) bool {
	list, _ := marks.([]any)
	for i, e := range nested {
		var mark any = true
		if len(list) == len(nested) {
			mark = list[i]
		}
		if r.unknownBelow(b, e, mark) {
			return true
		}
	}
	return false
}
