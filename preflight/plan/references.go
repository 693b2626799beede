package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// maxHops limits how many references are followed, in case a plan that
// Terraform did not write has a cycle.
const maxHops = 64

// A resolution is what an expression refers to, as far as a plan shows it.
type resolution struct {
	// value is a constant or the value of a variable.
	value any
	// found reports whether value was found; it may be nil, for null.
	found bool
	// sensitive reports whether the value is that of a sensitive variable.
	sensitive bool
	// changes and attribute are the planned objects and the attribute that the
	// expression refers to, if it has no plain value.
	changes   []*Change
	attribute string
	// reference is the reference as it is written; empty for a constant.
	reference string
}

// plannedObject returns the one object that an expression refers to by one of
// the given attributes, if the value of the expression is only known after
// apply; nil if there is no such object. A plan does not distinguish a bare
// reference from a template or a function around it, so the attributes must be
// such that text around them makes no valid name of the same kind. If the plan
// shows the attribute, the expression is not the bare reference, or its value
// would be known.
func (f resolution) plannedObject(attributes ...string) *Change {
	if len(f.changes) != 1 || !slices.Contains(attributes, f.attribute) {
		return nil
	}
	if shown, _ := lookupPath(f.changes[0].change.After, []any{f.attribute}); shown != nil {
		return nil
	}
	return f.changes[0]
}

// A references follows the references of a plan.
type references struct {
	config *configuration
	// changesByBlock are the planned objects by the address of their block.
	changesByBlock map[string][]*Change
	// variables are the input variables of the root module.
	variables map[string]variable
}

// resolveExpression follows an expression to the value or the object that it
// refers to, through variables, module inputs and module outputs. A plan shows
// which references an expression has, but not what it does with them: only an
// expression with a single reference can be followed, and whether it adds
// something to that is not shown.
func (r *references) resolveExpression(module string, e expression) resolution {
	return r.resolveFrom(module, e, maxHops)
}

// An expression is the part of a tfjson.Expression that resolveExpression
// needs.
type expression struct {
	constant    any
	hasConstant bool
	references  []string
}

// resolveFrom resolves an expression with at most the given number of hops.
func (r *references) resolveFrom(module string, e expression, hops int) resolution {
	if e.hasConstant {
		return resolution{value: e.constant, found: true}
	}
	written := writtenReferences(e.references)
	if len(written) != 1 || hops <= 0 {
		return resolution{}
	}
	f := r.resolveTarget(parseReference(module, written[0]), hops-1)
	f.reference = written[0]
	return f
}

// resolveTarget follows the target of a reference.
func (r *references) resolveTarget(t target, hops int) resolution {
	switch t.kind {
	case toVariable:
		return r.resolveVariable(t, hops)
	case toOutput:
		if o := r.config.outputs[t.module+":"+t.name]; o != nil {
			return r.resolveFrom(t.module, expressionOf(o.expression), hops)
		}
	case toBlock:
		return resolution{changes: r.changesByBlock[t.name], attribute: t.attribute}
	}
	return resolution{}
}

// resolveVariable follows an input variable.
func (r *references) resolveVariable(t target, hops int) resolution {
	if t.module == "" {
		v := r.variables[t.name]
		return resolution{value: v.value, found: v.known, sensitive: v.sensitive}
	}
	call := r.config.calls[t.module]
	if call == nil {
		return resolution{}
	}
	if e, given := call.expressions[t.name]; given {
		return r.resolveFrom(call.parent, expressionOf(e), hops)
	}
	value, declared := r.config.inputs[t.module+":"+t.name]
	return resolution{value: value, found: declared}
}

// referencedChanges returns the planned objects that an expression refers to.
// Unlike resolveExpression it ignores each.key and the like next to the one
// reference.
func (r *references) referencedChanges(module string, e *tfjson.Expression) []*Change {
	x := expressionOf(e)
	var blocks []string
	for _, ref := range writtenReferences(x.references) {
		if kind := parseReference(module, ref).kind; kind != toNothing && kind != toEach {
			blocks = append(blocks, ref)
		}
	}
	x.references = blocks
	return r.resolveExpression(module, x).changes
}

// expressionOf returns e as resolveExpression needs it.
func expressionOf(e *tfjson.Expression) expression {
	if e == nil || e.ExpressionData == nil {
		return expression{}
	}
	v, ok := constant(e)
	return expression{constant: v, hasConstant: ok, references: e.References}
}

// refersTo reports whether any of refs leads, through variables and outputs, to
// a block that matches.
func (r *references) refersTo(module string, refs []string, hops int, matches func(target) bool) bool {
	for _, ref := range writtenReferences(refs) {
		if t := parseReference(module, ref); hops > 0 && r.targetRefersTo(t, hops-1, matches) {
			return true
		}
	}
	return false
}

// targetRefersTo reports the same of one target.
func (r *references) targetRefersTo(t target, hops int, matches func(target) bool) bool {
	switch t.kind {
	case toBlock:
		return matches(t)
	case toVariable:
		call := r.config.calls[t.module]
		if call == nil || call.expressions[t.name] == nil {
			return false
		}
		return r.refersTo(call.parent, referencesIn(call.expressions[t.name]), hops, matches)
	case toOutput:
		o := r.config.outputs[t.module+":"+t.name]
		return o != nil && r.refersTo(t.module, referencesIn(o.expression), hops, matches)
	}
	return false
}
