package plan

import (
	"slices"

	tfjson "github.com/hashicorp/terraform-json"
)

// A State says how much of a value a plan shows.
type State int

// The states of a value.
const (
	// Absent: nobody set it; the provider or Google chooses.
	Absent State = iota
	// Known: the plan shows it.
	Known
	// Unknown: it is set to something that is not known before apply.
	Unknown
)

// A Value is an attribute of a planned object.
type Value struct {
	State State
	// Raw is what JSON decoding gave; nil unless Known.
	Raw any
	// Partly reports that parts of a known list or map are not known before
	// apply.
	Partly bool
	// Sensitive reports whether the plan marks it.
	Sensitive bool
}

// String is the value where it is a known string, else empty.
func (v Value) String() string {
	s, _ := v.Raw.(string)
	return s
}

// IsUnknown reports whether the value, or a part of it, is not known before apply.
func (v Value) IsUnknown() bool { return v.State == Unknown || v.Partly }

// True reports whether the value is known to be true, as a bool or as "true".
func (v Value) True() bool {
	b, _ := v.Raw.(bool)
	return b || v.String() == "true"
}

// maybe reports whether the value is true, or may be.
func (v Value) mayBeTrue() bool { return v.True() || v.State == Unknown }

// Len is the number of elements of a known list; 0 for everything else.
func (v Value) Len() int {
	l, _ := v.Raw.([]any)
	return len(l)
}

// Strings are the strings of a known list.
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

// isCollection reports whether v is a list or a map of plain values. What is
// unknown in a block is asked for by its own path.
func (v Value) isCollection() bool {
	switch raw := v.Raw.(type) {
	case map[string]any:
		return true
	case []any:
		return !slices.ContainsFunc(raw, func(e any) bool { _, block := e.(map[string]any); return block })
	}
	return false
}

// After is the attribute at path once apply is done. Path elements are
// attribute names and list indexes: After("node_config", 0, "service_account").
// An object that is destroyed has only absent attributes.
//
// A plan shows what the provider will fill in as unknown, whether or not
// anybody set it: the configuration decides. An empty string is absent, as it
// is for the provider.
func (c *Change) After(path ...any) Value {
	v, found := lookupPath(c.change.After, path)
	if found && v != nil && v != "" {
		known := c.knownValue(v, c.change.AfterSensitive, path)
		mark, _ := lookupPath(c.change.AfterUnknown, path)
		known.Partly = mark != nil && known.isCollection()
		return known
	}
	if !isMarked(c.change.AfterUnknown, path) {
		return Value{}
	}
	configured := c.configuredValue(path)
	configured.Sensitive = configured.State != Absent && isMarked(c.change.AfterSensitive, path)
	return configured
}

// Before is the attribute at path as Terraform's state has it.
func (c *Change) Before(path ...any) Value {
	v, found := lookupPath(c.change.Before, path)
	if !found || v == nil || v == "" {
		return Value{}
	}
	return c.knownValue(v, c.change.BeforeSensitive, path)
}

// Now is After for an object that Terraform manages after apply, else Before.
func (c *Change) Now(path ...any) Value {
	if c.Leaves() {
		return c.Before(path...)
	}
	return c.After(path...)
}

func (c *Change) knownValue(raw, marks any, path []any) Value {
	return Value{State: Known, Raw: raw, Sensitive: isMarked(marks, path)}
}

// configured decides what an attribute that is unknown in the plan is: absent
// where that is proven, else what the configuration says.
//
// It is proven where the configuration has no expression for it or the constant
// null, and where all that its expression refers to is known: Terraform would
// have shown the value then, unless it is null. That holds for all functions
// but uuid, timestamp and bcrypt, of which no account, key, network or project
// is made. A dynamic block stands nowhere in a plan's configuration: what the
// plan shows beyond the configured blocks may have been set by one.
func (c *Change) configuredValue(path []any) Value {
	if c.block == nil || c.block.expressions == nil {
		return Value{State: Unknown}
	}
	e, state := c.findExpression(path)
	if e == nil {
		return Value{State: state}
	}
	if v, ok := constant(e); ok && state == Known {
		return constantValue(v)
	}
	if c.plan.isKnown(c.block.scope(), e) {
		// All of it is known, and still the plan has no value: it is null.
		return Value{}
	}
	return Value{State: Unknown}
}

// lookup walks path down a decoded JSON value.
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

// marked reports whether a tree of marks, such as after_unknown, has true at
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

// find looks up the expression of the attribute at path: with Known it is that
// of the attribute, with Unknown one above that sets all of it, if any. Absent
// means that nobody sets it.
func (c *Change) findExpression(path []any) (*tfjson.Expression, State) {
	return c.findExpressionIn(c.block.expressions, path, nil)
}

// findExpressionIn goes down to the expression at path. Above is the path so far.
func (c *Change) findExpressionIn(e map[string]*tfjson.Expression, path, above []any) (*tfjson.Expression, State) {
	name, ok := path[0].(string)
	if !ok {
		return nil, Absent
	}
	here := append(slices.Clone(above), name)
	n := blockCount(c.change.After, c.change.AfterUnknown, here)
	x := e[name]
	if x == nil || x.ExpressionData == nil {
		if len(path) > 1 && n > 0 || n < 0 && c.mayBeDynamic(here) {
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
		// Dynamic blocks among the others: which one is which is not shown.
		return nil, Unknown
	}
	index, rest := 0, path[1:]
	if i, ok := rest[0].(int); ok {
		index, rest = i, rest[1:]
		here = append(here, i)
	}
	if index >= len(x.NestedBlocks) {
		return nil, Absent
	}
	if len(rest) == 0 {
		return x, Known
	}
	return c.findExpressionIn(x.NestedBlocks[index], rest, here)
}

// blockCount is the number of nested blocks that a plan has at path; -1 where
// the whole list is not known before apply.
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
