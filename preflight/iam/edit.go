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
		if e.Effect == SetPolicy {
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
	named, unknown := false, false
	for _, own := range e.Bindings {
		if e.Effect == Strip || same(own, b) {
			named = named || slices.Contains(own.Members, member)
			unknown = unknown || slices.ContainsFunc(own.Members, isUnknown)
		}
	}
	sets := e.Effect == SetPolicy || e.Effect == SetRole && slices.ContainsFunc(e.Bindings, func(own Binding) bool { return same(own, b) })
	switch {
	case sets && !named && unknown:
		return Unknown
	case sets && !named, !sets && named && e.Effect != Add && e.Effect != SetRole:
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
	return e.Bindings
}

func (p *Policy) take(e Edit) {
	switch e.Effect {
	case Remove:
		for _, b := range e.Bindings {
			p.drop(b.Members, func(have Binding) bool { return same(have, b) })
		}
	case Strip:
		p.drop(e.Bindings[0].Members, func(Binding) bool { return true })
	case SetRole:
		for _, b := range e.Bindings {
			p.Bindings = slices.DeleteFunc(p.Bindings, func(have Binding) bool { return same(have, b) })
		}
	case SetPolicy:
		p.Bindings = nil
	}
}

// drop takes members out of the bindings that match.
func (p *Policy) drop(members []string, match func(Binding) bool) {
	for i, b := range p.Bindings {
		if match(b) {
			b.Members = slices.DeleteFunc(slices.Clone(b.Members), func(m string) bool { return slices.Contains(members, m) })
			p.Bindings[i] = b
		}
	}
}

// give adds what an edit gives. Who had the role before and is set again keeps
// it without a source; who gains it has the edit's.
func (p *Policy) give(e Edit, before *Policy) {
	if e.Effect == Remove || e.Effect == Strip {
		return
	}
	for _, b := range e.Bindings {
		held := before
		if e.Effect == Add {
			held = p
		}
		kept, gained := held.split(b)
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
		held := slices.ContainsFunc(p.Bindings, func(have Binding) bool {
			return same(have, b) && slices.Contains(have.Members, m)
		})
		if held {
			kept = append(kept, m)
		} else {
			gained = append(gained, m)
		}
	}
	return kept, gained
}

// same reports whether two bindings are of one role and one condition.
func same(a, b Binding) bool {
	if a.Role != b.Role || (a.Condition == nil) != (b.Condition == nil) {
		return false
	}
	return a.Condition == nil || a.Condition.Expression == b.Condition.Expression
}
