package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// A State says how much of a value a plan shows.
type State int

// The states of a value.
const (
	// Absent: the attribute is not set, so the provider or Google chooses its
	// value.
	Absent State = iota
	// Known: the plan shows the value.
	Known
	// Unknown: the attribute is set to a value that is only known after apply.
	Unknown
)

// A Value is an attribute of a planned object.
type Value struct {
	State State
	// Raw is the decoded JSON value; nil unless State is Known.
	Raw any
	// PartlyUnknown reports whether parts of a known list or map are only known after
	// apply.
	PartlyUnknown bool
	// Sensitive reports whether the plan marks the value as sensitive.
	Sensitive bool
}

// String returns a known string, or "" for every other value.
func (v Value) String() string {
	s, _ := v.Raw.(string)
	return s
}

// IsUnknown reports whether the value, or a part of it, is only known after
// apply.
func (v Value) IsUnknown() bool { return v.State == Unknown || v.PartlyUnknown }

// IsTrue reports whether the value is known to be true, as a bool or as "true".
func (v Value) IsTrue() bool {
	b, _ := v.Raw.(bool)
	return b || v.String() == "true"
}

// mayBeTrue reports whether the value is true or unknown.
func (v Value) mayBeTrue() bool { return v.IsTrue() || v.State == Unknown }

// Len returns the number of elements of a known list; 0 for every other value.
func (v Value) Len() int {
	l, _ := v.Raw.([]any)
	return len(l)
}

// Strings returns the strings of a known list.
func (v Value) Strings() []string {
	l, _ := v.Raw.([]any)
	var out []string
	for _, e := range l {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// isCollection reports whether v is a list or a map of plain values. Unknown
// parts of nested blocks are looked up by their own paths.
func (v Value) isCollection() bool {
	switch raw := v.Raw.(type) {
	case map[string]any:
		return true
	case []any:
		return !slices.ContainsFunc(raw, func(e any) bool { _, block := e.(map[string]any); return block })
	}
	return false
}

// An objectValues holds the attributes of an object before and after apply, and
// its block in the configuration.
type objectValues struct {
	lifecycle

	change *tfjson.Change
	// block is nil if the object is not configured.
	block *block
	plan  *Plan
}

// newObjectValues returns the attributes of a decoded change. Plan and block are
// set once the whole plan is read.
func newObjectValues(change *tfjson.Change) objectValues {
	return objectValues{lifecycle: newLifecycle(change), change: change}
}

// After returns the attribute at path after apply. Path elements are attribute
// names and list indexes: After("node_config", 0, "service_account"). An object
// that is destroyed has only absent attributes.
//
// A plan shows every attribute that the provider will fill in as unknown,
// whether or not it is set, so the configuration decides between absent and
// unknown. An empty string is absent, as it is for the provider.
func (o *objectValues) After(path ...any) Value {
	v, found := lookupPath(o.change.After, path)
	if found && v != nil && v != "" {
		known := o.knownValue(v, o.change.AfterSensitive, path)
		mark, _ := lookupPath(o.change.AfterUnknown, path)
		known.PartlyUnknown = mark != nil && known.isCollection()
		return known
	}
	if !isMarked(o.change.AfterUnknown, path) {
		return Value{}
	}
	configured := o.configuredValue(path)
	configured.Sensitive = configured.State != Absent && isMarked(o.change.AfterSensitive, path)
	return configured
}

// Before returns the attribute at path in Terraform's state.
func (o *objectValues) Before(path ...any) Value {
	v, found := lookupPath(o.change.Before, path)
	if !found || v == nil || v == "" {
		return Value{}
	}
	return o.knownValue(v, o.change.BeforeSensitive, path)
}

// Latest returns After for an object that Terraform manages after apply, else
// Before.
func (o *objectValues) Latest(path ...any) Value {
	if o.IsRemovedFromState() {
		return o.Before(path...)
	}
	return o.After(path...)
}

// knownValue returns a known value with its sensitivity.
func (o *objectValues) knownValue(raw, marks any, path []any) Value {
	return Value{State: Known, Raw: raw, Sensitive: isMarked(marks, path)}
}

// configuredValue decides whether an attribute that the plan shows as unknown
// is absent, which requires proof, or has the value that the configuration
// says.
//
// It is proven to be absent if the configuration has no expression for it or
// the constant null, or if everything its expression refers to is known:
// Terraform would have shown the value then, unless it is null. That holds for
// all functions but uuid, timestamp and bcrypt, which nobody uses for accounts,
// keys, networks or projects. The configuration in a plan does not list dynamic
// blocks, so blocks that the plan shows beyond the configured ones may come
// from a dynamic block.
func (o *objectValues) configuredValue(path []any) Value {
	if o.block == nil || o.block.expressions == nil {
		return Value{State: Unknown}
	}
	e, state := o.findExpression(path)
	if e == nil {
		return Value{State: state}
	}
	if v, ok := constant(e); ok && state == Known {
		return constantValue(v)
	}
	if k := (knownCheck{o.plan}); k.isKnown(o.block.scope(), e) {
		// Everything is known, and yet the plan has no value: it is null.
		return Value{}
	}
	return Value{State: Unknown}
}

// lookupPath follows path into a decoded JSON value.
func lookupPath(v any, path []any) (any, bool) {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			child, ok := m[s]
			if !ok {
				return nil, false
			}
			v = child
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil, false
			}
			v = l[s]
		}
	}
	return v, true
}

// isMarked reports whether a tree of flags, such as after_unknown, has true at
// path or above it.
func isMarked(marks any, path []any) bool {
	if marks == true {
		return true
	}
	for i := range path {
		v, found := lookupPath(marks, path[:i+1])
		if !found {
			return false
		}
		if v == true {
			return true
		}
	}
	return false
}

// findExpression returns the expression of the attribute at path. The state is
// Known if the expression is that of the attribute itself, Unknown if an
// expression above it, which is returned if there is one, sets all of it, and
// Absent if nothing sets it.
func (o *objectValues) findExpression(path []any) (*tfjson.Expression, State) {
	return o.findExpressionIn(o.block.expressions, path, nil)
}

// findExpressionIn looks up path in the expressions e of the block at path
// above.
func (o *objectValues) findExpressionIn(e map[string]*tfjson.Expression, path, above []any) (*tfjson.Expression, State) {
	name, ok := path[0].(string)
	if !ok {
		return nil, Absent
	}
	current := append(slices.Clone(above), name)
	n := blockCount(o.change.After, o.change.AfterUnknown, current)
	x := e[name]
	if x == nil || x.ExpressionData == nil {
		if len(path) > 1 && n > 0 || n < 0 && o.mayBeDynamic(current) {
			return nil, Unknown
		}
		return nil, Absent
	}
	if len(path) == 1 {
		return x, Known
	}
	if len(x.NestedBlocks) == 0 {
		return x, Unknown
	}
	if n != len(x.NestedBlocks) {
		// There are dynamic blocks too, and the plan does not show which is which.
		return nil, Unknown
	}
	index, rest := 0, path[1:]
	if i, ok := rest[0].(int); ok {
		index, rest = i, rest[1:]
		current = append(current, i)
	}
	if index >= len(x.NestedBlocks) {
		return nil, Absent
	}
	if len(rest) == 0 {
		return x, Known
	}
	return o.findExpressionIn(x.NestedBlocks[index], rest, current)
}

// blockCount returns the number of nested blocks that a plan has at path; -1 if
// the whole list is only known after apply.
func blockCount(after, unknown any, path []any) int {
	if v, _ := lookupPath(after, path); v != nil {
		list, _ := v.([]any)
		return len(list)
	}
	marks, _ := lookupPath(unknown, path)
	if list, ok := marks.([]any); ok {
		return len(list)
	}
	if isMarked(unknown, path) {
		return -1
	}
	return 0
}
