package plan

import tfjson "github.com/hashicorp/terraform-json"

// A knownCheck decides whether values are known before apply.
type knownCheck struct{ *Plan }

// isKnown reports whether everything that an expression refers to is proven to
// be known before apply, so that its value is known too. What a plan does not
// show, such as local values and attributes of irrelevant types, is not proven.
func (k knownCheck) isKnown(s scope, e *tfjson.Expression) bool {
	return k.isKnownExpression(s, e, map[target]bool{}, maxHops)
}

// isKnownExpression follows what an expression refers to; seen are the targets
// that need no second look.
func (k knownCheck) isKnownExpression(s scope, e *tfjson.Expression, seen map[target]bool, hops int) bool {
	if e == nil || e.ExpressionData == nil || hops <= 0 {
		return false
	}
	refs := referencesIn(e)
	if len(refs) == 0 {
		// A function of constants is not: it may be uuid or timestamp.
		return e.ConstantValue != tfjson.UnknownConstantValue
	}
	for _, r := range writtenReferences(refs) {
		if t := parseReference(s.module, r); !k.isKnownTarget(s, t, seen, hops-1) {
			return false
		}
	}
	return true
}

// isKnownTarget reports whether the target of a reference in scope s is known.
func (k knownCheck) isKnownTarget(s scope, t target, seen map[target]bool, hops int) bool {
	if t.kind == toEach {
		return k.isKnownEachValue(s, seen, hops)
	}
	if seen[t] {
		return true
	}
	seen[t] = true
	switch t.kind {
	case toNothing:
		return true
	case toVariable:
		return k.isKnownVariable(t, seen, hops)
	case toOutput:
		o := k.config.outputs[t.module+":"+t.name]
		return o != nil && k.isKnownExpression(scope{module: t.module}, o.expression, seen, hops)
	case toBlock:
		return k.isKnownAttribute(t)
	}
	// Locals are not in a plan, and a whole module is more than can be followed.
	return false
}

// isKnownEachValue reports whether each.value is known. A for_each without
// references, such as toset(["a"]), is known: Terraform does not plan a random
// one.
func (k knownCheck) isKnownEachValue(s scope, seen map[target]bool, hops int) bool {
	if s.forEach == nil {
		return false
	}
	return len(referencesIn(s.forEach)) == 0 || k.isKnownExpression(scope{module: s.module}, s.forEach, seen, hops)
}

// isKnownVariable reports whether an input variable is known.
func (k knownCheck) isKnownVariable(t target, seen map[target]bool, hops int) bool {
	if t.module == "" {
		return k.variables[t.name].known
	}
	call := k.config.calls[t.module]
	if call == nil {
		return false
	}
	e, given := call.expressions[t.name]
	if !given {
		_, declared := k.config.inputs[t.module+":"+t.name]
		return declared
	}
	return k.isKnownExpression(call.scope(), e, seen, hops)
}

// isKnownAttribute reports whether an attribute of a block is known in all its
// instances.
func (k knownCheck) isKnownAttribute(t target) bool {
	b := k.config.blocks[t.name]
	if b == nil || k.config.readDuringApply[t.name] {
		return false
	}
	changes := k.changesByBlock[t.name]
	if len(changes) == 0 {
		return b.isData() && k.isReadDuringPlan(b)
	}
	for _, c := range changes {
		if c.HasAction("read") || !c.isNoOp() && c.hasUnknown(t.attribute) {
			return false
		}
	}
	return true
}

// isReadDuringPlan reports whether a data block without a change in the plan
// was read during plan. One that depends on a change is read during apply.
// https://developer.hashicorp.com/terraform/language/data-sources#dependencies
func (k knownCheck) isReadDuringPlan(b *block) bool {
	for _, r := range b.dependsOn {
		for _, c := range k.changesByBlock[parseReference(b.module, r).name] {
			if !c.isNoOp() {
				return false
			}
		}
	}
	return true
}

// hasUnknown reports whether any part of an attribute, or of the whole object
// if attribute is empty, is only known after apply.
func (o *objectValues) hasUnknown(attribute string) bool {
	if attribute == "" || o.change.AfterUnknown == true {
		return o.change.AfterUnknown != nil
	}
	mark, _ := lookupPath(o.change.AfterUnknown, []any{attribute})
	return mark != nil
}
