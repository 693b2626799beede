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
	// Remove takes the members of each binding out of its role.
	Remove
	// SetRole makes the members of each binding the only ones of its role and
	// condition.
	SetRole
	// SetPolicy makes the bindings the only ones.
	SetPolicy
	// Strip takes the members of the first binding out of every role.
	Strip
)

// An Edit is a change that is about to be made to a policy.
type Edit struct {
	Effect   Effect
	Bindings []Binding
	// Late reports whether only what the edit takes away counts, and not what
	// it gives: it may come too late.
	Late bool
	// Unknown says why it is not known what the edit sets; usually empty.
	Unknown string
	// Maybe reports that it is not known whether the edit is made to this policy
	// or to another one.
	Maybe bool
	// Follows reports whether the edit is made after another of those that are
	// applied with it, by its index. Nil means that nobody knows the order.
	Follows func(other int) bool
}

// Apply is the level once edits are made: what one takes away and another gives
// is there only if the giving is known to come later. What cannot be read stays
// so, unless all of it is set anew; what is added to it is known all the same.
func (l Level) Apply(edits []Edit) Level {
	out := Level{Resource: l.Resource, Unreadable: l.Unreadable, Planned: slices.Clone(l.Planned), Denies: l.Denies}
	before := &Policy{}
	if l.Policy != nil {
		before = l.Policy
		out.Policy = &Policy{Bindings: slices.Clone(l.Policy.Bindings)}
	}
	for _, e := range edits {
		if e.Unknown != "" {
			return Level{Resource: l.Resource, Unreadable: e.Unknown, Denies: l.Denies}
		}
		if e.Effect == SetPolicy && !e.Maybe {
			out.Policy = &Policy{}
		}
		if out.Policy != nil {
			out.Policy.take(e)
		}
	}
	for i, e := range edits {
		e.Bindings = lasting(edits, i)
		if out.Policy != nil {
			out.Policy.give(e, before)
			continue
		}
		out.Planned = append(out.Planned, given(e)...)
	}
	return out
}

// lasting is what an edit gives and no other takes again, at whatever time.
func lasting(edits []Edit, i int) []Binding {
	e := edits[i]
	if e.Effect == Remove || e.Effect == Strip {
		return e.Bindings
	}
	out := make([]Binding, len(e.Bindings))
	for n, b := range e.Bindings {
		out[n] = b
		out[n].Members = nil
		for _, m := range b.Members {
			if by := taker(edits, i, b, m); by == No {
				out[n].Members = append(out[n].Members, m)
			} else if by == Unknown {
				out[n].Members = append(out[n].Members, unknownMember+b.Source)
			}
		}
	}
	return out
}

// taker says whether another edit takes what edit i gives to a member, unless
// edit i follows it.
func taker(edits []Edit, i int, b Binding, member string) Verdict {
	worst := No
	for k, other := range edits {
		if other.Effect == Add && other.Unknown == "" {
			// It takes nothing: of 1,500 members nearly all edits are such.
			continue
		}
		takes := other.Takes(b, member)
		if k == i || takes == No || edits[i].Follows != nil && edits[i].Follows(k) {
			continue
		}
		if takes == Yes {
			return Yes
		}
		worst = Unknown
	}
	return worst
}

// Takes says whether an edit ends a member's grant. It is not known of one that
// sets members which are not known.
func (e Edit) Takes(b Binding, member string) Verdict {
	if e.Unknown != "" {
		return Unknown
	}
	takes := e.takes(b, member)
	if e.Maybe && takes == Yes {
		return Unknown
	}
	return takes
}

func (e Edit) takes(b Binding, member string) Verdict {
	named, unknown, sets := false, false, No
	for _, own := range e.Bindings {
		is := same(own, b)
		if e.Effect == Strip {
			is = Yes
		}
		if is == No {
			continue
		}
		named = named || slices.Contains(own.Members, member)
		unknown = unknown || is == Unknown || slices.ContainsFunc(own.Members, isUnknown)
		if e.Effect == SetRole && sets != Yes {
			sets = is
		}
	}
	if e.Effect == SetPolicy {
		sets = Yes
	}
	takes := e.Effect == Remove || e.Effect == Strip
	switch {
	case sets != No && !named && unknown, takes && named && unknown:
		return Unknown
	case sets == Yes && !named, takes && named:
		return Yes
	}
	return No
}

// unknownMember begins a member that stands for one that is not known.
const unknownMember = "unknown:"

func isUnknown(member string) bool { return strings.HasPrefix(member, unknownMember) }

// given are the bindings that an edit adds to a policy that cannot be read.
func given(e Edit) []Binding {
	if e.Late || e.Effect == Remove || e.Effect == Strip {
		return nil
	}
	return e.doubted()
}

// doubted returns the bindings of an edit. Their members are in doubt where it
// is not known whether the edit is made to this policy.
func (e Edit) doubted() []Binding {
	if !e.Maybe {
		return e.Bindings
	}
	out := make([]Binding, len(e.Bindings))
	for i, b := range e.Bindings {
		out[i] = b
		out[i].Members = nil
		for _, m := range b.Members {
			out[i].Members = append(out[i].Members, inDoubt(m))
		}
	}
	return out
}

func (p *Policy) take(e Edit) {
	every := func(Binding) Verdict { return Yes }
	switch e.Effect {
	case Remove:
		for _, b := range e.Bindings {
			p.drop(e, func(_ Binding, m string) bool { return slices.Contains(b.Members, m) }, func(have Binding) Verdict { return same(have, b) })
		}
	case Strip:
		p.drop(e, func(_ Binding, m string) bool { return slices.Contains(e.Bindings[0].Members, m) }, every)
	case SetRole:
		for _, b := range e.Bindings {
			p.drop(e, e.leavesOut, func(have Binding) Verdict { return same(have, b) })
		}
	case SetPolicy:
		p.drop(e, e.leavesOut, every)
	}
}

// leavesOut reports whether a member of a binding is among those that an edit
// takes because it sets others. It takes all, and gives some again; but where
// it may be made to another policy, those that it names stay either way.
func (e Edit) leavesOut(have Binding, member string) bool {
	return !e.Maybe || !slices.ContainsFunc(e.Bindings, func(b Binding) bool {
		return same(have, b) == Yes && slices.Contains(b.Members, member)
	})
}

// drop removes members from the bindings that match. Those of a binding that
// may match, or that e may not be about, are in doubt from then on.
func (p *Policy) drop(e Edit, member func(Binding, string) bool, match func(Binding) Verdict) {
	var left []Binding
	for _, b := range p.Bindings {
		is := match(b)
		if is == Yes && e.Maybe {
			is = Unknown
		}
		if is == No {
			left = append(left, b)
			continue
		}
		var members []string
		for _, m := range b.Members {
			switch {
			case !member(b, m):
				members = append(members, m)
			case is == Unknown:
				members = append(members, inDoubt(m))
			}
		}
		if b.Members = members; len(members) > 0 {
			left = append(left, b)
		}
	}
	p.Bindings = left
}

// maybeMember begins a member of whom it is not known whether the binding still
// has it.
const maybeMember = "maybe:"

func inDoubt(member string) string {
	return maybeMember + strings.TrimPrefix(member, maybeMember)
}

// give adds what an edit gives. Who had the role before and is set again keeps
// it without a source; who gains it has the edit's. A member that is not known
// may be any of those who had the role before: whether they keep it is in doubt,
// however late the edit may come.
func (p *Policy) give(e Edit, before *Policy) {
	if e.Effect == Remove || e.Effect == Strip {
		return
	}
	for _, b := range e.doubted() {
		held := before
		if e.Effect == Add {
			held = p
		}
		kept, gained := held.split(b)
		if e.Effect != Add && e.Late && slices.ContainsFunc(gained, isUnknown) {
			for _, m := range before.members(b) {
				if !slices.Contains(kept, m) {
					kept = append(kept, inDoubt(m))
				}
			}
		}
		if e.Effect != Add && len(kept) > 0 {
			p.Bindings = append(p.Bindings, Binding{Role: b.Role, Members: kept, Condition: b.Condition})
		}
		if !e.Late && len(gained) > 0 {
			p.Bindings = append(p.Bindings, Binding{Role: b.Role, Members: gained, Condition: b.Condition, Source: b.Source})
		}
	}
}

// split divides the members of b by whether p gives them the role.
func (p *Policy) split(b Binding) (kept, gained []string) {
	for _, m := range b.Members {
		if p.gives(b, m) {
			kept = append(kept, m)
		} else {
			gained = append(gained, m)
		}
	}
	return kept, gained
}

// gives reports whether one of the bindings of p that are the same as b has a
// member.
func (p *Policy) gives(b Binding, member string) bool {
	return slices.ContainsFunc(p.Bindings, func(have Binding) bool {
		return slices.Contains(have.Members, member) && same(have, b) == Yes
	})
}

// members returns the members of all bindings of p that are the same as b.
func (p *Policy) members(b Binding) []string {
	var out []string
	for _, have := range p.Bindings {
		if same(have, b) == Yes {
			out = append(out, have.Members...)
		}
	}
	return out
}

// same says whether two bindings have the same role and the same condition.
// Conditions with the same expression and another title or description are
// different ones, and the bindings stand side by side.
// https://docs.cloud.google.com/iam/docs/conditions-overview#conditions-multiple
func same(a, b Binding) Verdict {
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
		unknown := one.Unknown && part[0] == "" || other.Unknown && part[1] == ""
		if part[0] != part[1] && !unknown {
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
