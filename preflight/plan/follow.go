package plan

// maxHops bounds how far a reference is followed, against cycles in plans that
// no Terraform wrote.
const maxHops = 64

// mayBeUnknown reports whether anything that an expression refers to might be
// unknown before apply. The module is that in which the expression stands.
func (p *Plan) mayBeUnknown(module string, references []string) bool {
	return p.anyUnknown(module, references, maxHops)
}

func (p *Plan) anyUnknown(module string, references []string, hops int) bool {
	for _, r := range leaves(references) {
		if p.unknownTarget(resolve(module, r), hops-1) {
			return true
		}
	}
	return false
}

func (p *Plan) unknownTarget(t target, hops int) bool {
	if hops <= 0 {
		return true
	}
	switch t.kind {
	case toNothing:
		return false
	case toVariable:
		return p.unknownVariable(t, hops)
	case toOutput:
		o := p.config.outputs[t.module+":"+t.name]
		return o == nil || o.expression == nil || p.anyUnknown(t.module, o.expression.References, hops)
	case toBlock:
		return p.unknownAttribute(t)
	}
	// Locals are not in a plan, and a whole module is more than can be followed.
	return true
}

func (p *Plan) unknownVariable(t target, hops int) bool {
	if t.module == "" {
		return !p.variables[t.name].known
	}
	call := p.config.calls[t.module]
	if call == nil {
		return true
	}
	e, given := call.expressions[t.name]
	if !given {
		return false
	}
	return p.anyUnknown(call.parent, e.References, hops)
}

// unknownAttribute reports whether an attribute of a block is unknown in any
// of its instances. A data block without a change was read while planning.
func (p *Plan) unknownAttribute(t target) bool {
	changes := p.byBlock[t.name]
	if len(changes) == 0 {
		b := p.config.blocks[t.name]
		return b == nil || !b.isData()
	}
	for _, c := range changes {
		if c.Creates() && (t.attribute == "" || marked(c.change.AfterUnknown, []any{t.attribute})) {
			return true
		}
		if c.Has("read") || c.Updates() && marked(c.change.AfterUnknown, []any{t.attribute}) {
			return true
		}
	}
	return false
}

// A followed is where an expression leads, as far as a plan shows it.
type followed struct {
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
	via string
}

// follow goes from an expression to the value or the object behind it, through
// variables, module inputs and module outputs. A plan shows which references
// an expression has, not what it makes of them: only an expression with a
// single reference can be followed, and whether it adds to that is not shown.
func (p *Plan) follow(module string, e expression) followed {
	return p.followFrom(module, e, maxHops)
}

// An expression is what follow needs of a tfjson.Expression.
type expression struct {
	constant    any
	hasConstant bool
	references  []string
}

func (p *Plan) followFrom(module string, e expression, hops int) followed {
	if e.hasConstant {
		return followed{value: e.constant, found: true}
	}
	written := leaves(e.references)
	if len(written) != 1 || hops <= 0 {
		return followed{}
	}
	f := p.followTarget(resolve(module, written[0]), hops-1)
	f.via = written[0]
	return f
}

func (p *Plan) followTarget(t target, hops int) followed {
	switch t.kind {
	case toVariable:
		return p.followVariable(t, hops)
	case toOutput:
		if o := p.config.outputs[t.module+":"+t.name]; o != nil {
			return p.followFrom(t.module, expressionOf(o.expression), hops)
		}
	case toBlock:
		return followed{changes: p.byBlock[t.name], attribute: t.attribute}
	}
	return followed{}
}

func (p *Plan) followVariable(t target, hops int) followed {
	if t.module == "" {
		v := p.variables[t.name]
		return followed{value: v.value, found: v.known, sensitive: v.sensitive}
	}
	call := p.config.calls[t.module]
	if call == nil {
		return followed{}
	}
	if e, given := call.expressions[t.name]; given {
		return p.followFrom(call.parent, expressionOf(e), hops)
	}
	value, declared := p.config.inputs[t.module+":"+t.name]
	return followed{value: value, found: declared}
}
