package iam

import (
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
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
		v := r.throughout(program, name)
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

// throughout is what a program comes to if that stays the same all the time.
func (r Request) throughout(program cel.Program, name string) Verdict {
	first := r.at(program, r.Time, name)
	if !r.Until.Equal(r.Time) && r.at(program, r.Until, name) != first {
		return Unknown
	}
	return first
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
	unknown := []*cel.AttributePatternType{cel.AttributePattern("api"), cel.AttributePattern("destination")}
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
	return cel.PartialVars(map[string]any{"request": request, "resource": resource}, unknown...)
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
		cel.Function("getAttribute", cel.MemberOverload("api_get_attribute", []*cel.Type{dyn, text, dyn}, dyn, cel.FunctionBinding(untold))),
		cel.Function("hasOnly", cel.MemberOverload("list_has_only", []*cel.Type{dyn, cel.ListType(dyn)}, cel.BoolType, cel.FunctionBinding(untold))),
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
