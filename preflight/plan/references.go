package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// maxHops bounds how far a reference is followed, against cycles in plans that
// no Terraform wrote.
const maxHops = 64

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

// referencedChanges are the planned objects that an expression refers to. Unlike
// follow it passes over each.key and its like beside the one reference.
func (p *Plan) referencedChanges(module string, e *tfjson.Expression) []*Change {
	x := expressionOf(e)
	var blocks []string
	for _, r := range writtenReferences(x.references) {
		if kind := parseReference(module, r).kind; kind != toNothing && kind != toEach {
			blocks = append(blocks, r)
		}
	}
	x.references = blocks
	return p.resolveExpression(module, x).changes
}

func expressionOf(e *tfjson.Expression) expression {
	if e == nil || e.ExpressionData == nil {
		return expression{}
	}
	v, ok := constant(e)
	return expression{constant: v, hasConstant: ok, references: e.References}
}

// leads reports whether any of references leads to a block that is wanted.
func (p *Plan) refersTo(module string, refs []string, hops int, matches func(target) bool) bool {
	for _, r := range writtenReferences(refs) {
		if t := parseReference(module, r); hops > 0 && p.targetRefersTo(t, hops-1, matches) {
			return true
		}
	}
	return false
}

func (p *Plan) targetRefersTo(t target, hops int, matches func(target) bool) bool {
	switch t.kind {
	case toBlock:
		return matches(t)
	case toVariable:
		call := p.config.calls[t.module]
		if call == nil || call.expressions[t.name] == nil {
			return false
		}
		return p.refersTo(call.parent, referencesIn(call.expressions[t.name]), hops, matches)
	case toOutput:
		o := p.config.outputs[t.module+":"+t.name]
		return o != nil && p.refersTo(t.module, referencesIn(o.expression), hops, matches)
	}
	return false
}
