package iam

import (
	"slices"
	"strings"
)

// An Effect says what an Edit does to a policy.
type Effect int

// The effects.
const (
	// Add adds the members of each binding to its role.
	Add Effect = iota
	// Remove removes the members of each binding from its role.
	Remove
	// SetRole replaces the members of the role and condition of each binding.
	SetRole
	// SetPolicy replaces all bindings.
	SetPolicy
	// RemoveFromAllRoles removes the members of the first binding from every role.
	RemoveFromAllRoles
)

// An Edit is a planned change of a policy.
type Edit struct {
	Effect   Effect
	Bindings []Binding
	// MayComeTooLate reports that the edit may be applied after the grants are needed, so
	// that what it removes counts, and what it adds does not.
	MayComeTooLate bool
	// Unknown says why it is not known what the edit sets; empty if it is known.
	Unknown string
	// MayBeOtherPolicy reports that the edit may be about another policy.
	MayBeOtherPolicy bool
	// RunsAfter reports whether the edit is applied after another one of the same
	// plan, given its index. Nil if no order is known.
	RunsAfter func(other int) bool
}

// Apply returns l after edits. If one edit removes a binding and another adds it,
// the binding survives only if the addition is known to run last. An unreadable
// policy stays unreadable unless an edit replaces it; bindings added to it are
// kept in Planned.
func (l Level) Apply(edits []Edit) Level {
	out := Level{Resource: l.Resource, Unreadable: l.Unreadable, Denied: l.Denied, Planned: slices.Clone(l.Planned), DenyRules: l.DenyRules}
	before := &Policy{}
	if l.Policy != nil {
		before = l.Policy
		out.Policy = &Policy{Bindings: slices.Clone(l.Policy.Bindings)}
	}
	for _, e := range edits {
		if e.Unknown != "" {
			return Level{Resource: l.Resource, Unreadable: e.Unknown, DenyRules: l.DenyRules}
		}
		if e.Effect == SetPolicy && !e.MayBeOtherPolicy {
			out.Policy = &Policy{}
		}
		if out.Policy != nil {
			out.Policy.remove(e)
		}
	}
	for i, e := range edits {
		e.Bindings = surviving(edits, i)
		if out.Policy != nil {
			out.Policy.add(e, before)
			continue
		}
		out.Planned = append(out.Planned, e.additions()...)
	}
	return out
}

// surviving returns the bindings of edit i without the members that another edit
// removes again. A member that may be removed is replaced by an unknown one.
func surviving(edits []Edit, i int) []Binding {
	e := edits[i]
	if !e.adds() {
		return e.Bindings
	}
	out := make([]Binding, len(e.Bindings))
	for n, b := range e.Bindings {
		out[n] = b
		out[n].Members = nil
		for _, m := range b.Members {
			switch isRemoved(edits, i, b, m) {
			case No:
				out[n].Members = append(out[n].Members, m)
			case Unknown:
				out[n].Members = append(out[n].Members, UnknownMember(b.Source))
			}
		}
	}
	return out
}

// isRemoved says whether another edit removes a member that edit i adds, unless
// edit i is applied after it.
func isRemoved(edits []Edit, i int, b Binding, member string) Verdict {
	worst := No
	for k, other := range edits {
		if other.Effect == Add && other.Unknown == "" {
			// It removes nothing. With 1,500 members nearly all edits are additions,
			// so that this keeps Apply fast.
			continue
		}
		removes := other.Removes(b, member)
		if k == i || removes == No || edits[i].RunsAfter != nil && edits[i].RunsAfter(k) {
			continue
		}
		if removes == Yes {
			return Yes
		}
		worst = Unknown
	}
	return worst
}

// Removes says whether an edit removes a member from the role of b. It is Unknown if
// the edit sets members that are not known.
func (e Edit) Removes(b Binding, member string) Verdict {
	if e.Unknown != "" {
		return Unknown
	}
	removes := e.removes(b, member)
	if e.MayBeOtherPolicy && removes == Yes {
		return Unknown
	}
	return removes
}

// removes is Takes for an edit that is about this policy.
func (e Edit) removes(b Binding, member string) Verdict {
	isNamed, hasUnknown, replaces := false, false, No
	for _, own := range e.Bindings {
		same := sameRoleAndCondition(own, b)
		if e.Effect == RemoveFromAllRoles {
			same = Yes
		}
		if same == No {
			continue
		}
		isNamed = isNamed || slices.Contains(own.Members, member)
		hasUnknown = hasUnknown || same == Unknown || slices.ContainsFunc(own.Members, isUnknownMember)
		if e.Effect == SetRole && replaces != Yes {
			replaces = same
		}
	}
	if e.Effect == SetPolicy {
		replaces = Yes
	}
	switch {
	case replaces != No && !isNamed && hasUnknown, !e.adds() && isNamed && hasUnknown:
		return Unknown
	case replaces == Yes && !isNamed, !e.adds() && isNamed:
		return Yes
	}
	return No
}

// adds reports whether an edit adds the members of its bindings.
func (e Edit) adds() bool { return e.Effect != Remove && e.Effect != RemoveFromAllRoles }

// unknownPrefix begins a member that stands for one that is not known.
const unknownPrefix = "unknown:"

// UnknownMember returns a member that stands for one that is not known. Source is
// what the plan sets it with.
func UnknownMember(source string) string { return unknownPrefix + source }

// UnknownMemberSource returns the source of an UnknownMember. ok is false for
// other members.
func UnknownMemberSource(member string) (source string, ok bool) {
	return strings.CutPrefix(member, unknownPrefix)
}

func isUnknownMember(member string) bool {
	_, ok := UnknownMemberSource(member)
	return ok
}

// additions returns the bindings that an edit adds to an unreadable policy.
func (e Edit) additions() []Binding {
	if e.MayComeTooLate || !e.adds() {
		return nil
	}
	return e.possibleBindings()
}

// possibleBindings returns the bindings of an edit. If the edit may be about
// another policy, their members are uncertain.
func (e Edit) possibleBindings() []Binding {
	if !e.MayBeOtherPolicy {
		return e.Bindings
	}
	out := make([]Binding, len(e.Bindings))
	for i, b := range e.Bindings {
		out[i] = b
		out[i].Members = nil
		for _, m := range b.Members {
			out[i].Members = append(out[i].Members, uncertain(m))
		}
	}
	return out
}

// remove removes what an edit removes or replaces.
func (p *Policy) remove(e Edit) {
	all := func(Binding) Verdict { return Yes }
	switch e.Effect {
	case Remove:
		for _, b := range e.Bindings {
			p.removeMembers(e, func(_ Binding, m string) bool { return slices.Contains(b.Members, m) }, func(have Binding) Verdict { return sameRoleAndCondition(have, b) })
		}
	case RemoveFromAllRoles:
		p.removeMembers(e, func(_ Binding, m string) bool { return slices.Contains(e.Bindings[0].Members, m) }, all)
	case SetRole:
		for _, b := range e.Bindings {
			p.removeMembers(e, e.omits, func(have Binding) Verdict { return sameRoleAndCondition(have, b) })
		}
	case SetPolicy:
		p.removeMembers(e, e.omits, all)
	}
}

// omits reports whether a member of a binding is removed by an edit that sets
// other members. The edit removes all members, and add adds some of them again.
// But if it may be about another policy, the members that it names stay in either
// case.
func (e Edit) omits(have Binding, member string) bool {
	return !e.MayBeOtherPolicy || !slices.ContainsFunc(e.Bindings, func(b Binding) bool {
		return sameRoleAndCondition(have, b) == Yes && slices.Contains(b.Members, member)
	})
}

// removeMembers removes members from the bindings that match. If a binding only
// may match, or e may be about another policy, the members become uncertain.
func (p *Policy) removeMembers(e Edit, isRemoved func(Binding, string) bool, match func(Binding) Verdict) {
	var left []Binding
	for _, b := range p.Bindings {
		matches := match(b)
		if matches == Yes && e.MayBeOtherPolicy {
			matches = Unknown
		}
		if matches == No {
			left = append(left, b)
			continue
		}
		var members []string
		for _, m := range b.Members {
			switch {
			case !isRemoved(b, m):
				members = append(members, m)
			case matches == Unknown:
				members = append(members, uncertain(m))
			}
		}
		if b.Members = members; len(members) > 0 {
			left = append(left, b)
		}
	}
	p.Bindings = left
}

// uncertainPrefix begins a member that a binding may or may not have.
const uncertainPrefix = "maybe:"

// UncertainMember returns the member that a binding may or may not have, given how
// a Doubt names it. ok is false for other members.
func UncertainMember(member string) (_ string, ok bool) {
	return strings.CutPrefix(member, uncertainPrefix)
}

func uncertain(member string) string {
	return uncertainPrefix + strings.TrimPrefix(member, uncertainPrefix)
}

// add adds what an edit adds. A member that had the role before and is set again
// keeps it without a source; a member that gains the role has the edit's source.
// An unknown member may be any of those that had the role before, so that these
// become uncertain, even if the edit is late.
func (p *Policy) add(e Edit, before *Policy) {
	if !e.adds() {
		return
	}
	for _, b := range e.possibleBindings() {
		if e.Effect == Add {
			_, gained := p.split(b)
			p.addGained(e, b, gained)
			continue
		}
		kept, gained := before.split(b)
		if e.MayComeTooLate && slices.ContainsFunc(gained, isUnknownMember) {
			for _, m := range before.members(b) {
				if !slices.Contains(kept, m) {
					kept = append(kept, uncertain(m))
				}
			}
		}
		if len(kept) > 0 {
			p.Bindings = append(p.Bindings, Binding{Role: b.Role, Members: kept, Condition: b.Condition})
		}
		p.addGained(e, b, gained)
	}
}

// addGained adds the members that gain the role of b, unless e is late.
func (p *Policy) addGained(e Edit, b Binding, gained []string) {
	if !e.MayComeTooLate && len(gained) > 0 {
		p.Bindings = append(p.Bindings, Binding{Role: b.Role, Members: gained, Condition: b.Condition, Source: b.Source})
	}
}

// split divides the members of b into those that have the role in p, and those
// that do not.
func (p *Policy) split(b Binding) (held, gained []string) {
	for _, m := range b.Members {
		if p.hasMember(b, m) {
			held = append(held, m)
		} else {
			gained = append(gained, m)
		}
	}
	return held, gained
}

// hasMember reports whether a binding of p with the role and condition of b has a
// member.
func (p *Policy) hasMember(b Binding, member string) bool {
	return slices.ContainsFunc(p.Bindings, func(have Binding) bool {
		return slices.Contains(have.Members, member) && sameRoleAndCondition(have, b) == Yes
	})
}

// members returns the members of all bindings of p with the role and condition
// of b.
func (p *Policy) members(b Binding) []string {
	var out []string
	for _, have := range p.Bindings {
		if sameRoleAndCondition(have, b) == Yes {
			out = append(out, have.Members...)
		}
	}
	return out
}

// sameRoleAndCondition says whether two bindings have the same role and the same
// condition. Conditions with the same expression but another title or
// description are different, and their bindings exist side by side.
// https://docs.cloud.google.com/iam/docs/conditions-overview#conditions-multiple
func sameRoleAndCondition(a, b Binding) Verdict {
	if a.Role != b.Role {
		return No
	}
	one, other := a.Condition, b.Condition
	if one == nil {
		one, other = other, one
	}
	switch {
	case one == nil:
		return Yes
	case other == nil:
		return unknownIf(one.Unknown && one.Title+one.Description+one.Expression == "")
	}
	for _, part := range [][2]string{{one.Title, other.Title}, {one.Description, other.Description}, {one.Expression, other.Expression}} {
		isUnknown := one.Unknown && part[0] == "" || other.Unknown && part[1] == ""
		if part[0] != part[1] && !isUnknown {
			return No
		}
	}
	if one.Unknown || other.Unknown {
		return Unknown
	}
	return Yes
}

func unknownIf(unknown bool) Verdict {
	if unknown {
		return Unknown
	}
	return No
}
