package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// maxHops bounds how far a reference is followed, against cycles in plans that
// no Terraform wrote.
const maxHops = 64

// isKnown reports whether all that an expression refers to is proven to be known
// before apply, and so the expression too. What a plan does not show, such as
// local values and attributes of types that are not kept, is not proven.
func (p *Plan) isKnown(s scope, e *tfjson.Expression) bool {
	return p.isKnownExpression(s, e, map[target]bool{}, maxHops)
}

// isKnownExpression goes from what an expression refers to on to what that refers to;
// seen are those that need no second look.
func (p *Plan) isKnownExpression(s scope, e *tfjson.Expression, seen map[target]bool, hops int) bool {
	if e == nil || e.ExpressionData == nil || hops <= 0 {
		return false
	}
	refs := referencesIn(e)
	if len(refs) == 0 {
		// A function of constants is not: it may be uuid or timestamp.
		return e.ConstantValue != tfjson.UnknownConstantValue
	}
	for _, r := range writtenReferences(refs) {
		if t := parseReference(s.module, r); !p.isKnownTarget(s, t, seen, hops-1) {
			return false
		}
	}
	return true
}

func (p *Plan) isKnownTarget(s scope, t target, seen map[target]bool, hops int) bool {
	if t.kind == toEach {
		return p.isKnownEachValue(s, seen, hops)
	}
	if seen[t] {
		return true
	}
	seen[t] = true
	switch t.kind {
	case toNothing:
		return true
	case toVariable:
		return p.isKnownVariable(t, seen, hops)
	case toOutput:
		o := p.config.outputs[t.module+":"+t.name]
		return o != nil && p.isKnownExpression(scope{module: t.module}, o.expression, seen, hops)
	case toBlock:
		return p.isKnownAttribute(t)
	}
	// Locals are not in a plan, and a whole module is more than can be followed.
	return false
}

// isKnownEachValue reports whether each.value is known. A for_each without
// references, such as toset(["a"]), is: Terraform makes no plan of a random one.
func (p *Plan) isKnownEachValue(s scope, seen map[target]bool, hops int) bool {
	if s.forEach == nil {
		return false
	}
	return len(referencesIn(s.forEach)) == 0 || p.isKnownExpression(scope{module: s.module}, s.forEach, seen, hops)
}

func (p *Plan) isKnownVariable(t target, seen map[target]bool, hops int) bool {
	if t.module == "" {
		return p.variables[t.name].known
	}
	call := p.config.calls[t.module]
	if call == nil {
		return false
	}
	e, given := call.expressions[t.name]
	if !given {
		_, declared := p.config.inputs[t.module+":"+t.name]
		return declared
	}
	return p.isKnownExpression(call.scope(), e, seen, hops)
}

// isKnownAttribute reports whether an attribute of a block is known in all its
// instances.
func (p *Plan) isKnownAttribute(t target) bool {
	b := p.config.blocks[t.name]
	if b == nil || p.config.readDuringApply[t.name] {
		return false
	}
	changes := p.changesByBlock[t.name]
	if len(changes) == 0 {
		return b.isData() && p.isReadDuringPlan(b)
	}
	for _, c := range changes {
		if c.Has("read") || !c.isNoOp() && c.hasUnknown(t.attribute) {
			return false
		}
	}
	return true
}

// isReadDuringPlan reports whether a data block that the plan lists no change
// of was read when the plan was made: one that waits for a change is not.
// https://developer.hashicorp.com/terraform/language/data-sources#dependencies
func (p *Plan) isReadDuringPlan(b *block) bool {
	for _, r := range b.dependsOn {
		for _, c := range p.changesByBlock[parseReference(b.module, r).name] {
			if !c.isNoOp() {
				return false
			}
		}
	}
	return true
}

// hasUnknown reports whether anything of an attribute, or of the whole object
// where that is empty, is unknown before apply.
func (c *Change) hasUnknown(attribute string) bool {
	if attribute == "" || c.change.AfterUnknown == true {
		return c.change.AfterUnknown != nil
	}
	mark, _ := lookupPath(c.change.AfterUnknown, []any{attribute})
	return mark != nil
}

// A followed is where an expression leads, as far as a plan shows it.
type resolution struct {
	// value is a constant or the value of a variable.
	value any
	// found reports whether value was found; it may be nil, for null.
	found bool
	// sensitive reports whether the value came through a sensitive variable.
	sensitive bool
	// changes and attribute say which planned objects the expression refers
	// to, where it is no plain value.
	changes   []*Change
	attribute string
	// via is the reference as it is written; empty for a constant.
	reference string
}

// planned returns the one object that an expression refers to by one of the
// given attributes, where the value of the expression is not known before apply;
// nil if there is no such object. A plan does not tell the reference from a
// template or a function around it, so the attributes must be such that text
// around them makes no valid name of the same kind. If the plan shows the
// attribute, then the expression is not the bare reference: it would be known.
func (f resolution) plannedObject(attributes ...string) *Change {
	if len(f.changes) != 1 || !slices.Contains(attributes, f.attribute) {
		return nil
	}
	if shown, _ := lookupPath(f.changes[0].change.After, []any{f.attribute}); shown != nil {
		return nil
	}
	return f.changes[0]
}

// follow goes from an expression to the value or the object behind it, through
// variables, module inputs and module outputs. A plan shows which references
// an expression has, not what it makes of them: only an expression with a
// single reference can be followed, and whether it adds to that is not shown.
func (p *Plan) resolveExpression(module string, e expression) resolution {
	return p.resolveFrom(module, e, maxHops)
}

// An expression is what follow needs of a tfjson.Expression.
type expression struct {
	constant    any
	hasConstant bool
	references  []string
}

func (p *Plan) resolveFrom(module string, e expression, hops int) resolution {
	if e.hasConstant {
		return resolution{value: e.constant, found: true}
	}
	written := writtenReferences(e.references)
	if len(written) != 1 || hops <= 0 {
		return resolution{}
	}
	f := p.resolveTarget(parseReference(module, written[0]), hops-1)
	f.reference = written[0]
	return f
}

func (p *Plan) resolveTarget(t target, hops int) resolution {
	switch t.kind {
	case toVariable:
		return p.resolveVariable(t, hops)
	case toOutput:
		if o := p.config.outputs[t.module+":"+t.name]; o != nil {
			return p.resolveFrom(t.module, expressionOf(o.expression), hops)
		}
	case toBlock:
		return resolution{changes: p.changesByBlock[t.name], attribute: t.attribute}
	}
	return resolution{}
}

func (p *Plan) resolveVariable(t target, hops int) resolution {
	if t.module == "" {
		v := p.variables[t.name]
		return resolution{value: v.value, found: v.known, sensitive: v.sensitive}
	}
	call := p.config.calls[t.module]
	if call == nil {
		return resolution{}
	}
	if e, given := call.expressions[t.name]; given {
		return p.resolveFrom(call.parent, expressionOf(e), hops)
	}
	value, declared := p.config.inputs[t.module+":"+t.name]
	return resolution{value: value, found: declared}
}
