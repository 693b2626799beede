package plan

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// The limits of evaluation: the configuration may be part of an unreviewed
// change.
const (
	maxExpression  = 16 << 10 // bytes of one expression
	maxValueSize   = 16 << 10 // bytes of one value
	maxEvaluations = 10_000   // expressions of a plan
	maxDepth       = 64       // expressions that refer to each other
)

// An evaluator finds the values of expressions in the text of a configuration,
// from the values of variables in the plan. What it does not support is
// unknown, and so is everything that depends on it: it never has a value that
// Terraform would not have.
type evaluator struct {
	plan *Plan
	text *ConfigText
	// canResolveProjects reports whether the projects of planned objects can be
	// resolved already.
	canResolveProjects bool

	// values and inProgress are by kind, module and name.
	values     map[string]cty.Value
	inProgress map[string]bool
	// evaluationsLeft is how many more expressions may be evaluated.
	evaluationsLeft int
	// sensitiveValues are the values of sensitive variables that were used.
	sensitiveValues []any
}

// newEvaluator returns an evaluator for a plan with the text of its
// configuration.
func newEvaluator(p *Plan, t *ConfigText) *evaluator {
	return &evaluator{plan: p, text: t, values: map[string]cty.Value{}, inProgress: map[string]bool{}, evaluationsLeft: maxEvaluations}
}

// sensitiveMark marks values that are derived from sensitive ones.
const sensitiveMark = "sensitive"

// providerAttribute returns the value of a provider's attribute, and false if
// the text does not give it. A text that the plan was not made from gives no
// values.
func (e *evaluator) providerAttribute(config *tfjson.ProviderConfig, attribute string) (Value, bool) {
	if e == nil {
		return Value{}, false
	}
	module := withoutKeys(config.ModuleAddress)
	m := e.text.module(module)
	if m == nil {
		return Value{}, false
	}
	name := config.Name
	if config.Alias != "" {
		name += "." + config.Alias
	}
	return e.attribute(module, m.providers[name], attribute, config.Expressions[attribute])
}

// blockAttribute returns the value of an attribute of a resource block.
func (e *evaluator) blockAttribute(b *block, attribute string) (Value, bool) {
	if e == nil {
		return Value{}, false
	}
	m := e.text.module(b.module)
	if m == nil {
		return Value{}, false
	}
	return e.attribute(b.module, m.blocks[strings.TrimPrefix(b.address, b.module+".")], attribute, b.expressions[attribute])
}

// attribute returns the value of a named attribute in the text, and false if it
// is not known or the planned expression has other references.
func (e *evaluator) attribute(module string, of attributes, name string, planned *tfjson.Expression) (Value, bool) {
	written := of[name]
	if written == nil || !refersToSame(written, planned) {
		return Value{}, false
	}
	return planValue(e.value(module, written))
}

// refersToSame reports whether an expression in the text and one in the plan
// have the same references.
func refersToSame(written hcl.Expression, planned *tfjson.Expression) bool {
	expression := nativeExpression(written)
	if expression == nil || planned == nil || planned.ExpressionData == nil {
		return false
	}
	var textSubjects, planSubjects []string
	for _, t := range expression.Variables() {
		textSubjects = append(textSubjects, referenceSubject(traversalNames(t)))
	}
	for _, r := range writtenReferences(planned.References) {
		planSubjects = append(planSubjects, referenceSubject(strings.Split(withoutKeys(r), ".")))
	}
	slices.Sort(textSubjects)
	slices.Sort(planSubjects)
	return slices.Equal(slices.Compact(textSubjects), slices.Compact(planSubjects))
}

// referenceSubject returns the parts of a reference without its attributes.
func referenceSubject(names []string) string {
	n := 2
	if names[0] == "data" || names[0] == "ephemeral" {
		n = 3
	}
	return strings.Join(firstN(names, n), ".")
}

// traversalNames returns the names that a traversal begins with.
func traversalNames(t hcl.Traversal) []string {
	names := []string{t.RootName()}
	for _, step := range t[1:] {
		attribute, ok := step.(hcl.TraverseAttr)
		if !ok {
			break
		}
		names = append(names, attribute.Name)
	}
	return names
}

// planValue returns an evaluated value as a plan would have it; false if it is
// not known.
func planValue(v cty.Value) (Value, bool) {
	v, marks := v.UnmarkDeep()
	if !v.IsWhollyKnown() {
		return Value{}, false
	}
	raw, ok := fromCty(v)
	if !ok {
		return Value{}, false
	}
	if raw == nil || raw == "" {
		return Value{}, true
	}
	return Value{State: Known, Raw: raw, Sensitive: len(marks) > 0}, true
}

// value evaluates an expression of the module at a path. It is unknown if it
// cannot be evaluated.
func (e *evaluator) value(module string, expression hcl.Expression) cty.Value {
	n := nativeExpression(expression)
	if n == nil || e.evaluationsLeft <= 0 || len(e.inProgress) > maxDepth || !isSmall(n) {
		return cty.DynamicVal
	}
	e.evaluationsLeft--
	names, calls := e.referencedValues(module, n), functionsFor(n)
	v, diagnostics := n.Value(&hcl.EvalContext{Variables: names, Functions: calls})
	if diagnostics.HasErrors() || valueSize(v) > maxValueSize {
		return cty.DynamicVal
	}
	return v
}

// isSmall reports whether an expression is short and has no loops.
func isSmall(n hclsyntax.Expression) bool {
	if r := n.Range(); r.End.Byte-r.Start.Byte > maxExpression {
		return false
	}
	small := true
	_ = hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		if _, loops := n.(*hclsyntax.ForExpr); loops {
			small = false
		}
		return nil
	})
	return small
}

// referencedValues returns the values of everything that an expression refers
// to, by the first name.
func (e *evaluator) referencedValues(module string, n hclsyntax.Expression) map[string]cty.Value {
	tree := valueTree{}
	for _, t := range n.Variables() {
		names := traversalNames(t)
		depth, v := e.lookUpName(module, names)
		tree.put(names[:depth], v)
	}
	out := map[string]cty.Value{}
	for name, v := range tree {
		out[name] = treeValue(v)
	}
	return out
}

// A valueTree holds values and trees by name.
type valueTree map[string]any

// put adds a value under names. A tree that is unknown as a whole stays so.
func (b valueTree) put(names []string, v cty.Value) {
	if len(names) == 1 {
		b[names[0]] = v
		return
	}
	if _, whole := b[names[0]].(cty.Value); whole {
		return
	}
	below, _ := b[names[0]].(valueTree)
	if below == nil {
		below = valueTree{}
		b[names[0]] = below
	}
	below.put(names[1:], v)
}

// treeValue returns a value, or a tree as an object.
func treeValue(v any) cty.Value {
	below, ok := v.(valueTree)
	if !ok {
		return v.(cty.Value)
	}
	all := map[string]cty.Value{}
	for name, v := range below {
		all[name] = treeValue(v)
	}
	return cty.ObjectVal(all)
}

// lookUpName returns the value that the first names of a reference stand for,
// and the number of these names.
func (e *evaluator) lookUpName(module string, names []string) (int, cty.Value) {
	switch {
	case names[0] == "var" && len(names) > 1:
		return 2, e.memoize("var", module, names[1], e.variable)
	case names[0] == "local" && len(names) > 1:
		return 2, e.memoize("local", module, names[1], e.local)
	case names[0] == "module" && len(names) > 2:
		return 3, e.memoize("output", join(module, "module."+names[1]), names[2], e.output)
	case len(names) > 2 && strings.HasPrefix(names[0], "google_"):
		return 3, e.memoize("block", join(module, names[0]+"."+names[1]), names[2], e.plannedAttribute)
	}
	return 1, cty.DynamicVal
}

// memoize returns the result of find, which it calls once. A value that depends
// on itself is unknown.
func (e *evaluator) memoize(kind, where, name string, find func(where, name string) cty.Value) cty.Value {
	key := kind + ":" + where + ":" + name
	if v, known := e.values[key]; known {
		return v
	}
	if e.inProgress[key] {
		return cty.DynamicVal
	}
	e.inProgress[key] = true
	v := find(where, name)
	delete(e.inProgress, key)
	e.values[key] = v
	return v
}

// local returns a local value of a module.
func (e *evaluator) local(module, name string) cty.Value {
	m := e.text.module(module)
	if m == nil || m.locals[name] == nil {
		return cty.DynamicVal
	}
	return e.value(module, m.locals[name])
}

// output returns an output of a module.
func (e *evaluator) output(module, name string) cty.Value {
	caller, m := e.text.module(parentModule(module)), e.text.module(module)
	if caller == nil || m == nil || m.outputs[name]["value"] == nil {
		return cty.DynamicVal
	}
	call := caller.calls[lastName(module)].attributes
	if call == nil || call["count"] != nil || call["for_each"] != nil {
		return cty.DynamicVal
	}
	return e.markIfSensitive(module, e.value(module, m.outputs[name]["value"]), m.outputs[name])
}

// lastName returns the name of the module at a path.
func lastName(module string) string { return module[strings.LastIndex(module, ".")+1:] }

// variable returns the value of an input variable. The plan has the values of
// the root module's variables, except for ephemeral ones.
func (e *evaluator) variable(module, name string) cty.Value {
	m := e.text.module(module)
	if m == nil || m.variables[name] == nil || m.variables[name]["ephemeral"] != nil {
		return cty.DynamicVal
	}
	declared := m.variables[name]
	v := e.inputValue(module, name, declared)
	if unmarked, _ := v.Unmark(); unmarked.IsNull() && declared["nullable"] != nil {
		// The default may apply instead, which is not worth supporting.
		return cty.DynamicVal
	}
	return e.markIfSensitive(module, convertToDeclared(v, declared), declared)
}

// markIfSensitive marks the value of a module's variable or output if that is
// declared as sensitive. inputValue marks root variables.
func (e *evaluator) markIfSensitive(module string, v cty.Value, declared attributes) cty.Value {
	if module == "" || !isTrue(declared["sensitive"]) {
		return v
	}
	if raw, ok := planValue(v); ok && raw.State == Known {
		e.sensitiveValues = append(e.sensitiveValues, raw.Raw)
	}
	return v.Mark(sensitiveMark)
}

// isTrue reports whether an expression, which may be nil, is the literal true.
func isTrue(expression hcl.Expression) bool {
	if expression == nil {
		return false
	}
	v, _ := expression.Value(nil)
	return v.IsKnown() && !v.IsNull() && v.Type() == cty.Bool && v.True()
}

// inputValue returns the value that is given to a variable, or its default.
func (e *evaluator) inputValue(module, name string, declared attributes) cty.Value {
	if module == "" {
		given := e.plan.variables[name]
		if !given.known {
			return cty.DynamicVal
		}
		v := toCty(given.value)
		if given.sensitive {
			e.sensitiveValues = append(e.sensitiveValues, given.value)
			v = v.Mark(sensitiveMark)
		}
		return v
	}
	caller := e.text.module(parentModule(module))
	if caller == nil {
		return cty.DynamicVal
	}
	if x := caller.calls[lastName(module)].attributes[name]; x != nil {
		return e.value(parentModule(module), x)
	}
	if declared["default"] == nil {
		return cty.DynamicVal
	}
	return e.value(module, declared["default"])
}

// convertToDeclared converts a value to the declared type of a variable.
func convertToDeclared(v cty.Value, declared attributes) cty.Value {
	if declared["type"] == nil {
		return v
	}
	typ, defaults, diagnostics := typeexpr.TypeConstraintWithDefaults(declared["type"])
	if diagnostics.HasErrors() {
		return cty.DynamicVal
	}
	if defaults != nil {
		// Optional attributes have defaults, so the value is not the given one.
		return cty.DynamicVal
	}
	out, err := convert.Convert(v, typ.WithoutOptionalAttributesDeep())
	if err != nil {
		return cty.DynamicVal
	}
	return out
}

// plannedAttribute returns an attribute of a planned object without instance
// keys, if the plan shows it.
func (e *evaluator) plannedAttribute(block, attribute string) cty.Value {
	changes := e.plan.changesByBlock[block]
	if len(changes) != 1 || changes[0].Address != block || changes[0].IsRemovedFromState() {
		return cty.DynamicVal
	}
	c := changes[0]
	v := c.After(attribute)
	if v.State != Known && attribute == "project" && e.canResolveProjects && c.Type != "google_project" {
		if p := c.plan.building.projects.resolveProject(c, maxHops); p.ID != "" {
			v = Value{State: Known, Raw: p.ID, Sensitive: p.Sensitive}
		}
	}
	text, ok := v.Raw.(string)
	if v.State != Known || !ok {
		return cty.DynamicVal
	}
	if v.Sensitive {
		return cty.StringVal(text).Mark(sensitiveMark)
	}
	return cty.StringVal(text)
}

// toCty converts a JSON value. Numbers that JSON decoding may have rounded are
// unknown.
func toCty(v any) cty.Value {
	switch v := v.(type) {
	case nil:
		return cty.NullVal(cty.DynamicPseudoType)
	case bool:
		return cty.BoolVal(v)
	case string:
		return cty.StringVal(v)
	case float64:
		if v > 1<<53 || v < -1<<53 {
			return cty.DynamicVal
		}
		return cty.NumberFloatVal(v)
	case []any:
		all := make([]cty.Value, len(v))
		for i := range v {
			all[i] = toCty(v[i])
		}
		return cty.TupleVal(all)
	case map[string]any:
		all := map[string]cty.Value{}
		for name := range v {
			all[name] = toCty(v[name])
		}
		return cty.ObjectVal(all)
	}
	return cty.DynamicVal
}

// fromCty returns a string, a bool, or a list of strings; nil for null; false
// for other types.
func fromCty(v cty.Value) (any, bool) {
	switch t := v.Type(); {
	case v.IsNull():
		return nil, true
	case t == cty.String:
		return v.AsString(), true
	case t == cty.Bool:
		return v.True(), true
	case t == cty.Number:
		s, err := convert.Convert(v, cty.String)
		return s.AsString(), err == nil
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		out := []any{}
		for _, e := range v.AsValueSlice() {
			s, err := convert.Convert(e, cty.String)
			if err != nil || s.IsNull() {
				return nil, false
			}
			out = append(out, s.AsString())
		}
		return out, true
	}
	return nil, false
}

// isKnownString reports whether a value is a known string.
func isKnownString(v cty.Value) bool {
	return v.Type() == cty.String && v.IsKnown() && !v.IsNull()
}

// hasTemplate reports whether a value in JSON syntax contains text that may be
// a template.
func hasTemplate(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if isKnownString(v) && (strings.Contains(v.AsString(), "${") || strings.Contains(v.AsString(), "%{")) {
			found = true
		}
		return true, nil
	})
	return found
}

// valueSize returns the approximate size of a value in bytes.
func valueSize(v cty.Value) int {
	n := 0
	v, _ = v.UnmarkDeep()
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		n += 8
		if isKnownString(v) {
			n += len(v.AsString())
		}
		return true, nil
	})
	return n
}

// functionsFor returns the functions for an expression. An unsupported function
// that it calls has an unknown result instead of being an error.
func functionsFor(n hclsyntax.Expression) functions {
	out := pureFunctions()
	_ = hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			if _, known := out[call.Name]; !known {
				out[call.Name] = unknownFunction()
			}
		}
		return nil
	})
	return out
}
