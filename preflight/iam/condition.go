package iam

import (
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A Request is what conditions may ask about what is asked for.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference
type Request struct {
	// Time and Until bound when the permission is used. A condition counts only
	// if it comes to the same at both. Zero where it is not known.
	Time, Until time.Time
	// Service and Type are those of the resource, such as
	// container.googleapis.com and container.googleapis.com/Cluster; empty
	// where they are not known.
	Service, Type string
	// Names are what resource.name is, and after it the other names that whoever
	// wrote a condition may have meant, such as the one with the project's
	// number; nil where it is not known. A condition that is only true for one
	// of the others counts as Unknown.
	Names []string
	// ChangesPolicy reports that the permission is used to change an allow policy,
	// and ModifiedRoles are the roles that the change grants or revokes; nil where
	// they are not known. Conditions of delegated grants read them.
	// https://docs.cloud.google.com/iam/docs/setting-limits-on-granting-roles
	ChangesPolicy bool
	ModifiedRoles []string
	// Programs are shared by all requests of a run, so that each expression is
	// compiled once and all evaluations together end. Nil: neither.
	Programs *Programs
}

// Programs holds compiled conditions and what evaluating them has cost. It is
// safe for concurrent use.
type Programs struct {
	mu       sync.Mutex
	compiled map[string]compiled
	// spent is in cel-go's units of cost: about one for each step.
	spent uint64
}

// A compiled is what an expression compiles to; understood is false if it does
// not.
type compiled struct {
	program    cel.Program
	understood bool
}

// NewPrograms returns an empty Programs.
func NewPrograms() *Programs { return &Programs{compiled: map[string]compiled{}} }

const (
	// maxCost bounds one evaluation. Google takes 12 logical operators, which
	// cost some hundreds; a list of the roles that somebody may grant adds one
	// for each.
	maxCost = 100_000
	// maxSpent bounds all evaluations of a run: some seconds.
	maxSpent = 20_000_000
)

// get returns the program of an expression; false if it is not understood, or
// if the evaluations of this run have cost too much already.
func (p *Programs) get(expression string) (cel.Program, bool) {
	if p == nil {
		return compile(expression)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, known := p.compiled[expression]
	if !known {
		c.program, c.understood = compile(expression)
		p.compiled[expression] = c
	}
	return c.program, c.understood && p.spent < maxSpent
}

// charge adds the cost of an evaluation, and a little that each has.
func (p *Programs) charge(details *cel.EvalDetails) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spent += 10
	if cost := details.ActualCost(); cost != nil {
		p.spent += *cost
	}
}

// longest is the most characters of an expression that is looked at. Google
// takes 12 logical operators.
// https://docs.cloud.google.com/iam/quotas
const longest = 16 << 10

// Holds says whether a condition is true. No condition always is. What it asks
// about that is not known makes the answer Unknown, unless it comes to the
// same anyway; so does an expression that is not understood.
func (c *Condition) Holds(r Request) Verdict {
	if c == nil {
		return Yes
	}
	if c.Expression == "" && c.Unknown {
		return Unknown
	}
	program, ok := r.Programs.get(c.Expression)
	if !ok {
		return Unknown
	}
	answer := Unknown
	for i, name := range r.names() {
		v := r.throughout(c, program, name)
		switch {
		case i == 0 && v != No:
			return v
		case i > 0 && v != No:
			return Unknown
		}
		answer = v
	}
	return answer
}

// names are those to look at; empty stands for one that is not known.
func (r Request) names() []string {
	if len(r.Names) == 0 {
		return []string{""}
	}
	return r.Names
}

// throughout returns what a program comes to if that stays the same all the time.
func (r Request) throughout(c *Condition, program cel.Program, name string) Verdict {
	first := r.at(program, r.Time, name)
	if r.changes(c, program, name, first) {
		return Unknown
	}
	return first
}

// timeStep is how far apart the instants are at which a condition is evaluated:
// between now and the end it may be false for a while, such as by the hour of
// the day.
const timeStep = 5 * time.Minute

// changes reports whether a program comes to something else than first later on.
func (r Request) changes(c *Condition, program cel.Program, name string, first Verdict) bool {
	if !strings.Contains(c.Expression, "time") {
		return false
	}
	for t := r.Time.Add(timeStep); t.Before(r.Until); t = t.Add(timeStep) {
		if r.at(program, t, name) != first {
			return true
		}
	}
	return r.Until.After(r.Time) && r.at(program, r.Until, name) != first
}

// A Limit says why a binding that gives a permission now, by the word of
// testIamPermissions, may not give it when apply uses it.
type Limit string

// The limits.
const (
	// LimitTime: the condition does not stay true for as long as apply may take.
	LimitTime Limit = "time"
	// LimitRoles: the condition depends on the roles that a change of a policy is
	// about, of which testIamPermissions knows nothing.
	LimitRoles Limit = "roles"
)

// limit returns what limits a condition that may be true now; empty if nothing
// does, or if it is false.
func (c *Condition) limit(r Request) Limit {
	if c == nil {
		return ""
	}
	program, ok := r.Programs.get(c.Expression)
	if !ok {
		return ""
	}
	name := r.names()[0]
	switch now := r.at(program, r.Time, name); {
	case now == No:
		return ""
	case r.changes(c, program, name, now):
		return LimitTime
	case now == Unknown && r.ChangesPolicy && strings.Contains(c.Expression, "api."):
		return LimitRoles
	}
	return ""
}

func (r Request) at(program cel.Program, t time.Time, name string) Verdict {
	vars, err := r.variant(t, name)
	if err != nil {
		return Unknown
	}
	return r.verdictOf(program, vars)
}

// variant are the attributes with what is not known marked as such.
func (r Request) variant(t time.Time, name string) (cel.PartialActivation, error) {
	unknown := []*cel.AttributePatternType{cel.AttributePattern("destination")}
	vars := map[string]any{}
	if r.ModifiedRoles == nil {
		unknown = append(unknown, cel.AttributePattern("api"))
	} else {
		vars["api"] = map[string]any{modifiedGrants: r.ModifiedRoles}
	}
	request := map[string]any{}
	for _, field := range []string{"auth", "host", "path"} {
		unknown = append(unknown, cel.AttributePattern("request").QualString(field))
	}
	if t.IsZero() {
		unknown = append(unknown, cel.AttributePattern("request").QualString("time"))
	} else {
		request["time"] = types.Timestamp{Time: t}
	}
	resource := map[string]any{}
	for field, value := range map[string]string{"name": name, "type": r.Type, "service": r.Service} {
		if value == "" {
			unknown = append(unknown, cel.AttributePattern("resource").QualString(field))
			continue
		}
		resource[field] = value
	}
	vars["request"], vars["resource"] = request, resource
	return cel.PartialVars(vars, unknown...)
}

func (r Request) verdictOf(program cel.Program, vars cel.PartialActivation) Verdict {
	value, details, err := program.Eval(vars)
	r.Programs.charge(details)
	if err != nil {
		return Unknown
	}
	switch value {
	case types.True:
		return Yes
	case types.False:
		return No
	}
	return Unknown
}

// compile makes a program of an expression that is understood.
func compile(expression string) (cel.Program, bool) {
	env := environment()
	if env == nil || len(expression) > longest {
		return nil, false
	}
	ast, issues := env.Compile(expression)
	if issues.Err() != nil || ast.OutputType() != cel.BoolType && ast.OutputType() != cel.DynType {
		return nil, false
	}
	// The bound keeps an expression from running for long.
	program, err := env.Program(ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(maxCost))
	return program, err == nil
}

// environment declares what conditions may use. What is known of none of it
// here, such as tags, is declared so that the rest of an expression counts.
var environment = sync.OnceValue(func() *cel.Env {
	text, dyn := cel.StringType, cel.DynType
	attributes := cel.MapType(text, dyn)
	options := []cel.EnvOption{
		cel.Variable("request", attributes),
		cel.Variable("resource", attributes),
		cel.Variable("destination", attributes),
		cel.Variable("api", dyn),
		cel.Function("extract", cel.MemberOverload("string_extract", []*cel.Type{text, text}, text, cel.BinaryBinding(extract))),
		cel.Function("getAttribute", cel.MemberOverload("api_get_attribute", []*cel.Type{dyn, text, dyn}, dyn, cel.FunctionBinding(attribute))),
		cel.Function("hasOnly", cel.MemberOverload("list_has_only", []*cel.Type{dyn, cel.ListType(dyn)}, cel.BoolType, cel.BinaryBinding(hasOnly))),
	}
	for _, name := range []string{"matchTag", "matchTagId"} {
		options = append(options, cel.Function(name, cel.MemberOverload("resource_"+name, []*cel.Type{attributes, text, text}, cel.BoolType, cel.FunctionBinding(untold))))
	}
	for _, name := range []string{"hasTagKey", "hasTagKeyId"} {
		options = append(options, cel.Function(name, cel.MemberOverload("resource_"+name, []*cel.Type{attributes, text}, cel.BoolType, cel.FunctionBinding(untold))))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil
	}
	return env
})

// untold is the result of a function about what is not known here.
func untold(...ref.Val) ref.Val { return types.NewErr("not known before the request is made") }

// modifiedGrants is the attribute of the roles that a change of a policy grants
// or revokes.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference#api-attributes
const modifiedGrants = "iam.googleapis.com/modifiedGrantsByRole"

// attribute returns an API attribute that is known.
func attribute(args ...ref.Val) ref.Val {
	attributes, ok := args[0].(traits.Mapper)
	if !ok {
		return untold()
	}
	if v, found := attributes.Find(args[1]); found {
		return v
	}
	return untold()
}

// hasOnly reports whether a list has no other elements than those of another.
func hasOnly(list, allowed ref.Val) ref.Val {
	elements, isList := list.(traits.Lister)
	among, isAlso := allowed.(traits.Lister)
	if !isList || !isAlso {
		return untold()
	}
	for i := elements.Iterator(); i.HasNext() == types.True; {
		if among.Contains(i.Next()) != types.True {
			return types.False
		}
	}
	return types.True
}

// extract takes a part out of a string by a template with one placeholder,
// such as /projects/{project}/; empty where it does not fit.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference#extract
func extract(value, template ref.Val) ref.Val {
	s, okValue := value.Value().(string)
	t, okTemplate := template.Value().(string)
	before, rest, okOpen := strings.Cut(t, "{")
	_, after, okClose := strings.Cut(rest, "}")
	if !okValue || !okTemplate || !okOpen || !okClose {
		return types.NewErr("extract takes a string and a template with a placeholder")
	}
	_, found, ok := strings.Cut(s, before)
	if !ok {
		return types.String("")
	}
	if after == "" {
		return types.String(found)
	}
	found, _, ok = strings.Cut(found, after)
	if !ok {
		return types.String("")
	}
	return types.String(found)
}
