// Package iam evaluates Google Cloud's allow and deny policies. Given the policies
// of a resource and its ancestors, and the permissions of roles, it says whether
// an identity holds a permission: yes, no or unknown, and why. It also applies
// planned changes to policies.
//
// It does no I/O and imports no other package of this module.
package iam

import "slices"

// A Verdict says whether an identity holds a permission.
type Verdict int

// The verdicts.
const (
	// Unknown: something that may decide is not known.
	Unknown Verdict = iota
	// Yes: a binding grants the permission, and nothing unknown can change that.
	Yes
	// No: everything that could grant the permission is known, and nothing does.
	No
)

// A Policy is an allow policy.
type Policy struct{ Bindings []Binding }

// A Binding grants a role to members.
type Binding struct {
	Role    string
	Members []string
	// Condition is nil if the binding always applies.
	Condition *Condition
	// Source is what the plan makes the binding with; empty if it exists already.
	Source string
}

// A Condition is a CEL expression that must be true for a binding to apply.
type Condition struct {
	Title, Description, Expression string
	// Unknown reports that some of the other fields are not known. Such fields are
	// empty.
	Unknown bool
}

// A Level is one resource of the policy hierarchy, with its policies.
type Level struct {
	// Resource is the full resource name.
	Resource string
	// Policy is the allow policy; nil if it could not be read.
	Policy *Policy
	// Unreadable says why Policy is nil.
	Unreadable string
	// Denied reports that Policy is nil because the caller may not read it.
	// Unreadable then is Google's message.
	Denied bool
	// Planned are the bindings that the plan adds to a policy that could not be
	// read.
	Planned []Binding
	// DenyRules are the rules of the deny policies that are attached to the
	// resource, as far as they could be read.
	DenyRules []DenyRule
}

// An Identity is a principal whose permissions are evaluated.
type Identity struct {
	// Member is serviceAccount:EMAIL or user:EMAIL.
	Member string
	// ServiceAgent reports that Google manages the account.
	ServiceAgent bool
	// Containers are the project of a service account and its ancestors: projects/ID,
	// projects/NUMBER, folders/N, organizations/N. Nil if they are not known.
	Containers []string
}

// A Question asks whether an identity holds a permission.
type Question struct {
	Identity   Identity
	Permission string
	// Levels are the resource itself and its ancestors.
	Levels []Level
	// Complete reports that no ancestor is missing from Levels.
	Complete bool
	// Request holds the attributes that conditions can refer to.
	Request Request
}

// A Grant is a binding that grants a permission.
type Grant struct {
	Role, Member, Resource string
	// Source is the source of the binding, or else of the role; empty if both exist
	// already.
	Source string
	// Conditional reports whether the binding has a condition, which is true.
	Conditional bool
}

// A DoubtKind says what is not known.
type DoubtKind string

// The kinds of doubt.
const (
	// DoubtGroup: a group that may include the identity has the role.
	DoubtGroup DoubtKind = "group"
	// DoubtPolicy: a policy could not be read.
	DoubtPolicy DoubtKind = "policy"
	// DoubtAncestors: some ancestors of the resource are not known.
	DoubtAncestors DoubtKind = "ancestors"
	// DoubtRole: the permissions of the role are not known.
	DoubtRole DoubtKind = "role"
	// DoubtCondition: the binding has a condition that cannot be evaluated.
	DoubtCondition DoubtKind = "condition"
	// DoubtMember: a principal set may include the identity.
	DoubtMember DoubtKind = "member"
	// DoubtDeny: a deny policy may deny the permission.
	DoubtDeny DoubtKind = "deny"
)

// A Doubt is something that may grant the permission, or deny it.
type Doubt struct {
	Kind                   DoubtKind
	Member, Role, Resource string
	// Policy is the deny policy of a DoubtDeny; empty for other kinds.
	Policy string
	// Limit says how the condition limits the binding; empty if it does not. Detail
	// then is the condition's expression.
	Limit Limit
	// Denied reports that a policy could not be read because the caller may not.
	Denied bool
	// Detail is the condition's expression, why a policy could not be read, or why
	// a deny policy is uncertain.
	Detail string
}

// An UnmetCondition is a binding that would grant the permission if its condition were
// true.
type UnmetCondition struct{ Role, Member, Resource, Expression string }

// An Answer is a verdict and the reasons for it.
type Answer struct {
	Verdict Verdict
	// Grants grant the permission; empty unless the verdict is Yes.
	Grants []Grant
	// Doubts are the reasons for Unknown.
	Doubts []Doubt
	// Denied are the deny rules that deny the permission. If there are any, the
	// verdict is No.
	Denied []MatchedDenyRule
	// Unmet are the bindings whose conditions are false; empty unless the verdict
	// is No.
	Unmet []UnmetCondition
	// NeedsRoleFetch are roles that the identity has, or may have, and that are not
	// in the embedded table, or lack the permission there. Fetch them and evaluate
	// again before relying on a No.
	NeedsRoleFetch []string
	// Levels are what each level says by itself, in the order of the question. The
	// last one has no resource if some ancestors are not known.
	Levels []LevelAnswer
}

// A LevelAnswer is what the policies of one resource say about a permission. It is
// empty, except for the resource, if no binding there grants it.
type LevelAnswer struct {
	// Resource is the full resource name.
	Resource string
	Grants   []Grant
	Doubts   []Doubt
	Denied   []MatchedDenyRule
	Unmet    []UnmetCondition
}

// Evaluate answers a question. What a deny rule denies is not held, even if a
// binding grants it.
func Evaluate(q Question, roles Roles) Answer {
	var a Answer
	for _, level := range q.Levels {
		a.addLevel(q, roles, level)
	}
	if !q.Complete {
		a.addDoubt(DoubtAncestors, "", "", "", "")
		a.Levels = append(a.Levels, LevelAnswer{Doubts: a.Doubts[len(a.Doubts)-1:]})
	}
	a.NeedsRoleFetch = unique(a.NeedsRoleFetch)
	return a.withVerdict(denials(q))
}

// unique returns names without duplicates, in their order.
func unique(names []string) []string {
	seen := make(map[string]bool, len(names))
	return slices.DeleteFunc(names, func(name string) bool {
		isDuplicate := seen[name]
		seen[name] = true
		return isDuplicate
	})
}

// addLevel evaluates the policies of one level and adds the result to a.
func (a *Answer) addLevel(q Question, roles Roles, level Level) {
	grants, doubts, unmet := len(a.Grants), len(a.Doubts), len(a.Unmet)
	for _, b := range level.Planned {
		a.addBinding(q, roles, level.Resource, b)
	}
	if level.Policy == nil {
		a.Doubts = append(a.Doubts, Doubt{Kind: DoubtPolicy, Resource: level.Resource, Denied: level.Denied, Detail: level.Unreadable})
	} else {
		for _, b := range level.Policy.Bindings {
			a.addBinding(q, roles, level.Resource, b)
		}
	}
	answer := LevelAnswer{Resource: level.Resource, Grants: a.Grants[grants:], Doubts: slices.Clone(a.Doubts[doubts:]), Unmet: a.Unmet[unmet:]}
	sure, unsure := denials(Question{Identity: q.Identity, Permission: q.Permission, Levels: []Level{level}, Request: q.Request})
	answer.Denied = sure
	for _, d := range unsure {
		answer.Doubts = append(answer.Doubts, d.doubt())
	}
	a.Levels = append(a.Levels, answer)
}

// withVerdict returns the answer with its verdict, given the rules that deny the
// permission and those that may deny it.
func (a Answer) withVerdict(sure, unsure []MatchedDenyRule) Answer {
	if len(sure) > 0 {
		return Answer{Verdict: No, Denied: sure, Levels: a.Levels}
	}
	if len(a.Grants) > 0 {
		a.Doubts, a.NeedsRoleFetch, a.Unmet = nil, nil, nil
		for _, d := range unsure {
			a.Doubts = append(a.Doubts, d.doubt())
		}
	}
	switch {
	case len(a.Doubts) > 0:
		a.Verdict = Unknown
	case len(a.Grants) > 0:
		a.Verdict = Yes
		return a
	default:
		a.Verdict = No
		return a
	}
	a.Grants, a.Unmet = nil, nil
	return a
}

func (a *Answer) addDoubt(kind DoubtKind, member, role, resource, detail string) {
	a.Doubts = append(a.Doubts, Doubt{Kind: kind, Member: member, Role: role, Resource: resource, Detail: detail})
}

// addBindingDoubt adds a binding that may grant the permission. RoleDoubt says what
// is not known about its role; empty for the usual reason.
func (a *Answer) addBindingDoubt(kind DoubtKind, q Question, resource, member string, b Binding, roleDoubt string) {
	d := Doubt{Kind: kind, Member: member, Role: b.Role, Resource: resource, Limit: b.Condition.limit(q.Request)}
	if kind == DoubtRole {
		d.Detail = roleDoubt
	}
	if b.Condition != nil && (d.Limit != "" || kind == DoubtCondition) {
		d.Detail = b.Condition.Expression
	}
	a.Doubts = append(a.Doubts, d)
}

// addBinding evaluates one binding and adds the result to a.
func (a *Answer) addBinding(q Question, roles Roles, resource string, b Binding) {
	match, member := matchMembers(q.Identity, b.Members)
	if match == never {
		return
	}
	holds := b.Condition.Eval(q.Request)
	has, confirmed := roles.grants(b.Role, q.Permission)
	if !confirmed && holds != No {
		a.NeedsRoleFetch = append(a.NeedsRoleFetch, b.Role)
	}
	switch {
	case has == No:
	case holds == No:
		a.Unmet = append(a.Unmet, UnmetCondition{Role: b.Role, Member: member, Resource: resource, Expression: b.Condition.Expression})
	case has == Unknown:
		a.addBindingDoubt(DoubtRole, q, resource, member, b, roles.Fetched[b.Role].UnknownReason)
	case match == possible && isGroup(member):
		a.addBindingDoubt(DoubtGroup, q, resource, member, b, "")
	case match == possible:
		a.addBindingDoubt(DoubtMember, q, resource, member, b, "")
	case holds == Unknown:
		a.addBindingDoubt(DoubtCondition, q, resource, member, b, "")
	default:
		g := Grant{Role: b.Role, Member: member, Resource: resource, Source: b.Source, Conditional: b.Condition != nil}
		if g.Source == "" {
			g.Source = roles.Fetched[b.Role].Source
		}
		a.Grants = append(a.Grants, g)
	}
}
