// Package iam is the algebra of Google Cloud's allow and deny policies: given
// the policies of a resource and of all above it, and what roles contain, it
// says whether an identity holds a permission: yes, no, or unknown, and why.
//
// It asks nobody anything and imports no other package of this module.
package iam

import "slices"

// A Verdict answers whether an identity holds a permission.
type Verdict int

// The verdicts.
const (
	// Unknown: something that might decide is not known.
	Unknown Verdict = iota
	// Yes: a binding gives it, whatever is not known.
	Yes
	// No: everything that could give it is known, and nothing does.
	No
)

// A Policy is an allow policy.
type Policy struct{ Bindings []Binding }

// A Binding gives a role to members, on a condition or without one.
type Binding struct {
	Role      string
	Members   []string
	Condition *Condition
	// Source names what is about to make the binding; empty for one that
	// stands already.
	Source string
}

// A Condition is a CEL expression that must be true for a binding to count.
type Condition struct {
	Title, Description, Expression string
	// Unknown reports that a part of the condition is not known; such a part is
	// empty.
	Unknown bool
}

// A Level is a resource whose policy decides, with its policy or why that
// could not be read.
type Level struct {
	// Resource is the full resource name.
	Resource string
	Policy   *Policy
	// Unreadable says why Policy is nil.
	Unreadable string
	// Planned are bindings that are about to be added where Policy is nil.
	Planned []Binding
	// Denies are the rules of the deny policies that are attached to the
	// resource, as far as they could be read.
	Denies []DenyRule
}

// An Identity is who is asked about.
type Identity struct {
	// Member is serviceAccount:EMAIL or user:EMAIL.
	Member string
	// ServiceAgent reports that Google manages the account.
	ServiceAgent bool
	// Home is what a service account lives in: projects/ID, projects/NUMBER,
	// folders/N, organizations/N. Nil where that is not known.
	Home []string
}

// A Question asks whether an identity holds a permission.
type Question struct {
	Identity   Identity
	Permission string
	// Levels are the resource itself and all above it.
	Levels []Level
	// Complete reports whether no level is left out.
	Complete bool
	// Request is what conditions may ask about.
	Request Request
}

// A Grant is a binding that gives a permission.
type Grant struct {
	Role, Member, Resource string
	// Source is that of the binding, else that of the role.
	Source string
	// Conditional reports whether the binding has a condition, which holds.
	Conditional bool
}

// A DoubtKind says what is not known.
type DoubtKind string

// The kinds of doubt.
const (
	// DoubtGroup: a group that may hold the identity is bound to the role.
	DoubtGroup DoubtKind = "group"
	// DoubtPolicy: a policy could not be read.
	DoubtPolicy DoubtKind = "policy"
	// DoubtAncestors: what is above the resource is not known.
	DoubtAncestors DoubtKind = "ancestors"
	// DoubtRole: what the role contains is not known.
	DoubtRole DoubtKind = "role"
	// DoubtCondition: the binding has a condition that cannot be judged here.
	DoubtCondition DoubtKind = "condition"
	// DoubtMember: a set of principals may hold the identity.
	DoubtMember DoubtKind = "member"
	// DoubtDeny: a deny policy may take the permission.
	DoubtDeny DoubtKind = "deny"
)

// A Doubt is something that might give the permission, or take it.
type Doubt struct {
	Kind                   DoubtKind
	Member, Role, Resource string
	// Policy is the deny policy of a DoubtDeny.
	Policy string
	// Limit is what limits the binding by its condition, which is then in Detail;
	// empty if nothing does.
	Limit Limit
	// Detail is the condition's expression, why a policy was not read, or what
	// is in doubt about a deny policy.
	Detail string
}

// An Unmet is a binding that would give the permission, if its condition were
// true.
type Unmet struct{ Role, Member, Resource, Expression string }

// An Answer is a verdict and what it rests on.
type Answer struct {
	Verdict Verdict
	// Grants give the permission; empty unless Yes.
	Grants []Grant
	// Doubts are why the verdict is Unknown.
	Doubts []Doubt
	// Denied are the deny rules that take the permission; then it is a No.
	Denied []Denial
	// Unmet are the bindings whose conditions are false; empty unless No.
	Unmet []Unmet
	// Unconfirmed are roles that the identity is, or may be, bound to and that
	// lack the permission by the embedded table alone, or are not in it. They
	// should be fetched, and the question asked again, before a No is final.
	Unconfirmed []string
	// Levels are what each level of the question says by itself, in its order,
	// whatever the others say. One without a resource stands for what is above
	// the others and not known.
	Levels []LevelAnswer
}

// A LevelAnswer is what the policies of one resource say about a permission;
// with nothing in it, that no binding gives it there.
type LevelAnswer struct {
	// Resource is the full resource name.
	Resource string
	Grants   []Grant
	Doubts   []Doubt
	Denied   []Denial
	Unmet    []Unmet
}

// Evaluate answers a question.
func Evaluate(q Question, roles Roles) Answer {
	var a Answer
	for _, level := range q.Levels {
		a.hear(q, roles, level)
	}
	if !q.Complete {
		a.doubt(DoubtAncestors, "", "", "", "")
		a.Levels = append(a.Levels, LevelAnswer{Doubts: a.Doubts[len(a.Doubts)-1:]})
	}
	a.Unconfirmed = once(a.Unconfirmed)
	return a.decide(denials(q))
}

// once returns names without those that were there before, in their order.
func once(names []string) []string {
	seen := make(map[string]bool, len(names))
	return slices.DeleteFunc(names, func(name string) bool {
		before := seen[name]
		seen[name] = true
		return before
	})
}

// hear adds what one level says.
func (a *Answer) hear(q Question, roles Roles, level Level) {
	grants, doubts, unmet := len(a.Grants), len(a.Doubts), len(a.Unmet)
	for _, b := range level.Planned {
		a.binding(q, roles, level.Resource, b)
	}
	if level.Policy == nil {
		a.doubt(DoubtPolicy, "", "", level.Resource, level.Unreadable)
	} else {
		for _, b := range level.Policy.Bindings {
			a.binding(q, roles, level.Resource, b)
		}
	}
	said := LevelAnswer{Resource: level.Resource, Grants: a.Grants[grants:], Doubts: slices.Clone(a.Doubts[doubts:]), Unmet: a.Unmet[unmet:]}
	sure, possible := denials(Question{Identity: q.Identity, Permission: q.Permission, Levels: []Level{level}, Request: q.Request})
	said.Denied = sure
	for _, d := range possible {
		said.Doubts = append(said.Doubts, d.doubt())
	}
	a.Levels = append(a.Levels, said)
}

// decide: what is denied is not held, whatever is granted.
func (a Answer) decide(sure, possible []Denial) Answer {
	if len(sure) > 0 {
		return Answer{Verdict: No, Denied: sure, Levels: a.Levels}
	}
	if len(a.Grants) > 0 {
		a.Doubts, a.Unconfirmed, a.Unmet = nil, nil, nil
		for _, d := range possible {
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

func (a *Answer) doubt(kind DoubtKind, member, role, resource, detail string) {
	a.Doubts = append(a.Doubts, Doubt{Kind: kind, Member: member, Role: role, Resource: resource, Detail: detail})
}

// doubtBinding adds a binding that might give the permission. Doubt says what is
// not known about its role; usually empty.
func (a *Answer) doubtBinding(kind DoubtKind, q Question, resource, member string, b Binding, doubt string) {
	d := Doubt{Kind: kind, Member: member, Role: b.Role, Resource: resource, Limit: b.Condition.limit(q.Request)}
	if kind == DoubtRole {
		d.Detail = doubt
	}
	if b.Condition != nil && (d.Limit != "" || kind == DoubtCondition) {
		d.Detail = b.Condition.Expression
	}
	a.Doubts = append(a.Doubts, d)
}

// binding adds what one binding gives, or might give.
func (a *Answer) binding(q Question, roles Roles, resource string, b Binding) {
	match, member := matchAny(q.Identity, b.Members)
	if match == never {
		return
	}
	holds := b.Condition.Holds(q.Request)
	has, confirmed := roles.has(b.Role, q.Permission)
	if !confirmed && holds != No {
		a.Unconfirmed = append(a.Unconfirmed, b.Role)
	}
	switch {
	case has == No:
	case holds == No:
		a.Unmet = append(a.Unmet, Unmet{Role: b.Role, Member: member, Resource: resource, Expression: b.Condition.Expression})
	case has == Unknown:
		a.doubtBinding(DoubtRole, q, resource, member, b, roles.Fetched[b.Role].Doubt)
	case match == maybe && isGroup(member):
		a.doubtBinding(DoubtGroup, q, resource, member, b, "")
	case match == maybe:
		a.doubtBinding(DoubtMember, q, resource, member, b, "")
	case holds == Unknown:
		a.doubtBinding(DoubtCondition, q, resource, member, b, "")
	default:
		g := Grant{Role: b.Role, Member: member, Resource: resource, Source: b.Source, Conditional: b.Condition != nil}
		if g.Source == "" {
			g.Source = roles.Fetched[b.Role].Source
		}
		a.Grants = append(a.Grants, g)
	}
}
