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

// A Request holds the attributes that an IAM condition can refer to.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference
type Request struct {
	// Time and Until are the interval in which the permission is used. A condition
	// must have the same value throughout. Zero if they are not known.
	Time, Until time.Time
	// Service and Type are the service and type of the resource, such as
	// container.googleapis.com and container.googleapis.com/Cluster; empty if they
	// are not known.
	Service, Type string
	// Names are the value of resource.name, and then other names of the resource
	// that the author of a condition may have used, such as the one with the
	// project's number. Nil if they are not known. A condition that is only true for
	// one of the other names is Unknown.
	Names []string
	// ChangesPolicy reports that the permission is used to change an allow policy.
	// ModifiedRoles are the roles that the change grants or revokes; nil if they
	// are not known. Conditions that limit granting roles refer to them.
	// https://docs.cloud.google.com/iam/docs/setting-limits-on-granting-roles
	ChangesPolicy bool
	ModifiedRoles []string
	// Cache are shared by all requests of a run, so that each expression is
	// compiled once, and the total cost of evaluation is limited. Nil for neither.
	Cache *ConditionCache
}

// ConditionCache holds compiled conditions and the total cost of their evaluations. It
// is safe for concurrent use.
type ConditionCache struct {
	mu       sync.Mutex
	compiled map[string]compiled // by expression
	// cost is in cel-go's units: about one for each step.
	cost uint64
}

// A compiled is the result of compiling an expression.
type compiled struct {
	program cel.Program
	ok      bool
}

// NewPrograms returns an empty Programs.
func NewPrograms() *ConditionCache { return &ConditionCache{compiled: map[string]compiled{}} }

const (
	// maxCost is the maximum cost of one evaluation. Google accepts 12 logical
	// operators, which cost some hundreds; a list of roles adds one for each role.
	maxCost = 100_000
	// maxTotalCost is the maximum cost of all evaluations of a run, which take some
	// seconds.
	maxTotalCost = 20_000_000
	// maxExpression is the maximum length of an expression, in bytes.
	// https://docs.cloud.google.com/iam/quotas
	maxExpression = 16 << 10
)

// program returns the program of an expression; false if it does not compile, or
// if the evaluations of this run have cost too much already.
func (p *ConditionCache) program(expression string) (cel.Program, bool) {
	if p == nil {
		return compile(expression)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, found := p.compiled[expression]
	if !found {
		c.program, c.ok = compile(expression)
		p.compiled[expression] = c
	}
	return c.program, c.ok && p.cost < maxTotalCost
}

// charge adds the cost of an evaluation, which is never free.
func (p *ConditionCache) charge(details *cel.EvalDetails) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cost += 10
	if cost := details.ActualCost(); cost != nil {
		p.cost += *cost
	}
}

// Eval says whether a condition is true. A nil condition always is. It is Unknown
// if its value depends on attributes that are not known, or if it does not
// compile.
func (c *Condition) Eval(r Request) Verdict {
	if c == nil {
		return Yes
	}
	if c.Expression == "" && c.Unknown {
		return Unknown
	}
	program, ok := r.Cache.program(c.Expression)
	if !ok {
		return Unknown
	}
	for i, name := range r.resourceNames() {
		v := r.evalInterval(c, program, name)
		switch {
		case i == 0 && v != No:
			return v
		case i > 0 && v != No:
			return Unknown
		}
	}
	return No
}

// resourceNames returns Names, or one empty name if they are not known.
func (r Request) resourceNames() []string {
	if len(r.Names) == 0 {
		return []string{""}
	}
	return r.Names
}

// evalInterval evaluates program from Time to Until, and returns Unknown if the
// value changes in between.
func (r Request) evalInterval(c *Condition, program cel.Program, name string) Verdict {
	first := r.evalAt(program, r.Time, name)
	if r.changesLater(c, program, name, first) {
		return Unknown
	}
	return first
}

// timeStep is the distance between the times at which a condition is evaluated:
// it may be false for a while between Time and Until, such as at some hour of the
// day.
const timeStep = 5 * time.Minute

// changesLater reports whether the value of program differs from first at any later
// time until Until.
func (r Request) changesLater(c *Condition, program cel.Program, name string, first Verdict) bool {
	if !strings.Contains(c.Expression, "time") {
		return false
	}
	for t := r.Time.Add(timeStep); t.Before(r.Until); t = t.Add(timeStep) {
		if r.evalAt(program, t, name) != first {
			return true
		}
	}
	return r.Until.After(r.Time) && r.evalAt(program, r.Until, name) != first
}

// A Limit says why a binding may not grant a permission during apply, although
// testIamPermissions reports it now.
type Limit string

// The limits.
const (
	// LimitTime: the condition may become false while apply runs.
	LimitTime Limit = "time"
	// LimitRoles: the condition depends on which roles a policy change grants or
	// revokes, which testIamPermissions does not consider.
	LimitRoles Limit = "roles"
)

// limit returns the limit of a condition that is or may be true now; empty if it
// has none, or if it is false.
func (c *Condition) limit(r Request) Limit {
	if c == nil {
		return ""
	}
	program, ok := r.Cache.program(c.Expression)
	if !ok {
		return ""
	}
	name := r.resourceNames()[0]
	switch now := r.evalAt(program, r.Time, name); {
	case now == No:
		return ""
	case r.changesLater(c, program, name, now):
		return LimitTime
	case now == Unknown && r.ChangesPolicy && strings.Contains(c.Expression, "api."):
		return LimitRoles
	}
	return ""
}

// evalAt evaluates program at one time, for one name of the resource.
func (r Request) evalAt(program cel.Program, t time.Time, name string) Verdict {
	vars, err := r.activation(t, name)
	if err != nil {
		return Unknown
	}
	value, details, err := program.Eval(vars)
	r.Cache.charge(details)
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

// activation returns the attributes. Those that are not known are marked so, and
// CEL evaluates an expression as far as it does not depend on them.
func (r Request) activation(t time.Time, name string) (cel.PartialActivation, error) {
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

// compile compiles an expression; false if it is not a valid condition.
func compile(expression string) (cel.Program, bool) {
	env := celEnvironment()
	if env == nil || len(expression) > maxExpression {
		return nil, false
	}
	ast, issues := env.Compile(expression)
	if issues.Err() != nil || ast.OutputType() != cel.BoolType && ast.OutputType() != cel.DynType {
		return nil, false
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(maxCost))
	return program, err == nil
}

// celEnvironment returns the environment for conditions. It also declares what is
// never known here, such as tags, so that the rest of an expression can decide.
var celEnvironment = sync.OnceValue(func() *cel.Env {
	str, dyn := cel.StringType, cel.DynType
	attributes := cel.MapType(str, dyn)
	options := []cel.EnvOption{
		cel.Variable("request", attributes),
		cel.Variable("resource", attributes),
		cel.Variable("destination", attributes),
		cel.Variable("api", dyn),
		cel.Function("extract", cel.MemberOverload("string_extract", []*cel.Type{str, str}, str, cel.BinaryBinding(extract))),
		cel.Function("getAttribute", cel.MemberOverload("api_get_attribute", []*cel.Type{dyn, str, dyn}, dyn, cel.FunctionBinding(getAttribute))),
		cel.Function("hasOnly", cel.MemberOverload("list_has_only", []*cel.Type{dyn, cel.ListType(dyn)}, cel.BoolType, cel.BinaryBinding(hasOnly))),
	}
	for _, name := range []string{"matchTag", "matchTagId"} {
		options = append(options, cel.Function(name, cel.MemberOverload("resource_"+name, []*cel.Type{attributes, str, str}, cel.BoolType, cel.FunctionBinding(unknownValue))))
	}
	for _, name := range []string{"hasTagKey", "hasTagKeyId"} {
		options = append(options, cel.Function(name, cel.MemberOverload("resource_"+name, []*cel.Type{attributes, str}, cel.BoolType, cel.FunctionBinding(unknownValue))))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil
	}
	return env
})

// unknownValue is a CEL function whose value is not known here, such as one about
// tags.
func unknownValue(...ref.Val) ref.Val { return types.NewErr("value is not known before apply") }

// modifiedGrants is the attribute with the roles that a policy change grants or
// revokes.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference#api-attributes
const modifiedGrants = "iam.googleapis.com/modifiedGrantsByRole"

// getAttribute is the CEL function that returns an API attribute. The value is not
// known if the attribute is not, since the default would then be wrong.
func getAttribute(args ...ref.Val) ref.Val {
	attributes, ok := args[0].(traits.Mapper)
	if !ok {
		return unknownValue()
	}
	if v, found := attributes.Find(args[1]); found {
		return v
	}
	return unknownValue()
}

// hasOnly is the CEL function that reports whether all elements of a list are
// among the allowed ones.
func hasOnly(list, allowed ref.Val) ref.Val {
	elements, isList := list.(traits.Lister)
	allowedElements, isAllowedList := allowed.(traits.Lister)
	if !isList || !isAllowedList {
		return unknownValue()
	}
	for i := elements.Iterator(); i.HasNext() == types.True; {
		if allowedElements.Contains(i.Next()) != types.True {
			return types.False
		}
	}
	return types.True
}

// extract is the CEL function that extracts a part of a string by a template with
// one placeholder, such as /projects/{project}/. It returns an empty string if the
// template does not match.
// https://docs.cloud.google.com/iam/docs/conditions-attribute-reference#extract
func extract(value, template ref.Val) ref.Val {
	s, okValue := value.Value().(string)
	t, okTemplate := template.Value().(string)
	before, rest, hasOpen := strings.Cut(t, "{")
	_, after, hasClose := strings.Cut(rest, "}")
	if !okValue || !okTemplate || !hasOpen || !hasClose {
		return types.NewErr("extract needs a string and a template with a placeholder")
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
