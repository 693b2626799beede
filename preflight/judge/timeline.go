package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/plan"
)

// timeline are the permissions of a need by how they stand now and how the plan
// leaves them.
type timeline struct {
	// missing are not held, now or then.
	missing []string
	// open cannot be told; why says what is in doubt.
	undetermined []string
	reasons      []string
	// lost are held now, and the plan takes them away.
	removed []string
	// raced are not held now, and the plan gives them to nobody who waits;
	// racedBy are the changes that do.
	unordered   []string
	unorderedBy []string
	// planned are the changes that give what is not held now, in time.
	plannedBy []string
	// grants are the bindings that hold now.
	grants []finding.Evidence
	// denied is what deny policies and conditions take now.
	denials []finding.Evidence

	// troubleshot is what Policy Troubleshooter said, in words, and unasked why
	// it could not be asked.
	troubleshooterSays   []string
	troubleshooterErrors []string

	// lifts returns the changes that lift a deny policy, by its name.
	denyPolicyChanges func(policy string) []string

	now        map[string]iam.Answer // by permission, as it is now
	whenNeeded map[string]iam.Answer // with what is waited for
	afterApply map[string]iam.Answer // with everything
}

// classify puts a permission where it belongs.
func (t *timeline) classify(p string) {
	now, then, someday := t.now[p], t.whenNeeded[p], t.afterApply[p]
	if now.Verdict == iam.No {
		t.denials = unionOf(t.denials, append(denyEvidence(now), unmetEvidence(now)...))
	}
	switch {
	case then.Verdict == iam.Yes:
		t.recordGrant(p, now, then)
	case then.Verdict == iam.No && now.Verdict == iam.Unknown && someday.Verdict == iam.Yes:
		// Whether the plan gives it in time to somebody who lacks it, or again to
		// somebody who has it, hangs on what is not known now.
		t.undetermined = append(t.undetermined, p)
		t.reasons = union(t.reasons, doubtsText(now.Doubts))
	case then.Verdict == iam.No && now.Verdict != iam.No:
		t.removed = append(t.removed, p)
	case now.Verdict == iam.No && someday.Verdict == iam.Yes:
		t.unordered = append(t.unordered, p)
		t.unorderedBy = union(t.unorderedBy, t.grantingChanges(now, someday)...)
	case then.Verdict == iam.No:
		t.missing = append(t.missing, p)
	default:
		t.undetermined = append(t.undetermined, p)
		t.reasons = union(t.reasons, doubtsText(then.Doubts))
	}
}

func (t *timeline) recordGrant(p string, now, then iam.Answer) {
	if now.Verdict == iam.Yes {
		if len(now.Grants) > 0 {
			t.grants = unionOf(t.grants, []finding.Evidence{grantEvidence(now.Grants[0])})
		}
		return
	}
	t.plannedBy = union(t.plannedBy, t.grantingChanges(now, then)...)
}

// grantingChanges returns the changes that give a permission: those that make the grants
// of the later answer, and those that lift the deny policies of now.
func (t *timeline) grantingChanges(now, later iam.Answer) []string {
	out := plannedSources(later)
	if later.Verdict != iam.Yes {
		return out
	}
	for _, d := range now.Denied {
		out = union(out, t.denyPolicyChanges(d.Policy)...)
	}
	return out
}

// plannedSources returns the changes that make the grants of an answer.
func plannedSources(a iam.Answer) []string {
	var out []string
	for _, g := range a.Grants {
		if g.Source != "" {
			out = union(out, g.Source)
		}
	}
	return out
}

// override puts what Google Cloud said about now in place of what the policies
// say: it knows groups, conditions and what cannot be read. What the plan
// changes about it still comes from the policies.
func (t *timeline) override(p string, held bool) {
	now, then := t.now[p], t.whenNeeded[p]
	unchanged := then.Verdict == now.Verdict && slices.Equal(then.Grants, now.Grants) && slices.Equal(then.Doubts, now.Doubts)
	t.reset(p)
	switch {
	case held && (unchanged || then.Verdict == iam.Yes):
	case held && then.Verdict == iam.No:
		t.removed = append(t.removed, p)
	case held:
		t.undetermined = append(t.undetermined, p)
		t.reasons = union(t.reasons, "currently satisfied, but the plan changes policies that it may depend on: "+doubtsText(then.Doubts))
	case len(t.grantingChanges(now, then)) > 0:
		t.plannedBy = union(t.plannedBy, t.grantingChanges(now, then)...)
	case len(t.grantingChanges(now, t.afterApply[p])) > 0:
		t.unordered = append(t.unordered, p)
		t.unorderedBy = union(t.unorderedBy, t.grantingChanges(now, t.afterApply[p])...)
	default:
		t.missing = append(t.missing, p)
	}
}

func (t *timeline) reset(p string) {
	gone := []string{p}
	t.missing, t.undetermined = without(t.missing, gone), without(t.undetermined, gone)
	t.removed, t.unordered = without(t.removed, gone), without(t.unordered, gone)
	if len(t.undetermined) == 0 {
		t.reasons = nil
	}
}

// isHeldByMember reports whether what is lost is held now by a binding of a member.
func (t *timeline) isHeldByMember(member string) bool {
	return slices.ContainsFunc(t.removed, func(p string) bool {
		return slices.ContainsFunc(t.now[p].Grants, func(g iam.Grant) bool { return strings.EqualFold(g.Member, member) })
	})
}

// isOnlyDenied reports whether all that is lost is denied. Somebody who writes a
// deny policy means it, so that it weighs what its lack weighs.
func (t *timeline) isOnlyDenied() bool {
	return !slices.ContainsFunc(t.removed, func(p string) bool { return len(t.whenNeeded[p].Denied) == 0 })
}

// isHeldThroughRole reports whether what is lost is held now through a role.
func (t *timeline) isHeldThroughRole(role string) bool {
	return slices.ContainsFunc(t.removed, func(p string) bool {
		return slices.ContainsFunc(t.now[p].Grants, func(g iam.Grant) bool { return g.Role == role })
	})
}

// isChangedBy reports whether a change is about a grant of what is lost.
func (t *timeline) isChangedBy(pc plan.PolicyChange, resource string) bool {
	if pc.Effect == plan.SetsPolicy || pc.Effect == plan.RemovesDefaultAccounts {
		return true
	}
	for _, p := range t.removed {
		for _, g := range t.now[p].Grants {
			for _, changed := range pc.Grants {
				if g.Resource == resource && (changed.Role == g.Role || changed.Role == "") {
					return true
				}
			}
		}
	}
	return false
}

// applyTroubleshooter puts what Policy Troubleshooter says in place of a doubt.
func (t *timeline) applyTroubleshooter(p string, access facts.AccessState) {
	var answer iam.Answer
	switch access {
	case facts.CanAccess:
		answer = iam.Answer{Verdict: iam.Yes, Grants: t.now[p].Grants, Levels: t.now[p].Levels}
	case facts.CannotAccess:
		answer = iam.Answer{Verdict: iam.No, Levels: t.now[p].Levels}
	default:
		return
	}
	t.troubleshooterSays = append(t.troubleshooterSays, p+": "+strings.ReplaceAll(strings.ToLower(string(access)), "_", " "))
	t.now[p], t.whenNeeded[p], t.afterApply[p] = answer, answer, answer
}

// levels returns what decides about permissions: the policies as they are for what
// holds now, and else as the plan leaves them.
func (t *timeline) levels(permissions []string) []finding.Level {
	answers := map[string]iam.Answer{}
	for _, p := range permissions {
		answers[p] = t.decisiveAnswer(p)
	}
	return policyLevels(answers, permissions)
}

func (t *timeline) decisiveAnswer(p string) iam.Answer {
	now, then := t.now[p], t.whenNeeded[p]
	switch {
	case slices.Contains(t.unordered, p):
		return t.afterApply[p]
	case slices.Contains(t.removed, p), now.Verdict == iam.Yes && then.Verdict == iam.Yes:
		return now
	}
	return then
}

// changedByPlan returns the permissions whose answer comes from what the plan changes.
func (t *timeline) changedByPlan(permissions, missing []string) []string {
	return slices.DeleteFunc(slices.Clone(permissions), func(p string) bool {
		planned := slices.Contains(missing, p) && len(t.grantingChanges(t.now[p], t.whenNeeded[p])) > 0
		return !planned && !slices.Contains(t.removed, p) && !slices.Contains(t.unordered, p)
	})
}
