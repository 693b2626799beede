package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/plan"
)

// A timeline holds, for each permission of a need, the answers of the policies at
// three moments:
//
// now: the policies as they were read, before apply
//
// whenNeeded: when the resources that cause the need are created or changed. Only
// grants that all of them depend on are certain to exist by then, while everything
// that apply may remove counts as removed.
//
// afterApply: when apply is complete
//
// Comparing them classifies a permission. One that is held now, but not when it is
// needed, is removed by the plan. One that is held only after apply is unordered:
// the plan grants it, but the resources do not depend on the grant, so that apply
// may succeed or fail. One that is held when it is needed, but not now, is granted
// in time. One that is never held is missing.
type timeline struct {
	// missing are held neither now nor when they are needed.
	missing []string
	// undetermined may or may not be held; reasons say why.
	undetermined []string
	reasons      []string
	// removed are held now, but not when they are needed.
	removed []string
	// unordered are held only after apply; unorderedBy are the addresses of the
	// changes that grant them.
	unordered   []string
	unorderedBy []string
	// plannedBy are the addresses of the changes that grant in time what is not held
	// now.
	plannedBy []string
	// grants are the bindings that grant permissions now.
	grants []finding.Evidence
	// denials are the deny policies and false conditions that matter now.
	denials []finding.Evidence

	// troubleshooterSays are the answers of Policy Troubleshooter;
	// troubleshooterErrors say why it gave none.
	troubleshooterSays   []string
	troubleshooterErrors []string

	// denyPolicyChanges returns the addresses of the changes to a deny policy.
	denyPolicyChanges func(policy string) []string

	// The answers at the three moments, by permission.
	now, whenNeeded, afterApply map[string]iam.Answer
}

// classify adds a permission to the list that it belongs to.
func (t *timeline) classify(p string) {
	now, whenNeeded, afterApply := t.now[p], t.whenNeeded[p], t.afterApply[p]
	if now.Verdict == iam.No {
		t.denials = unionOf(t.denials, append(denyEvidence(now), unmetEvidence(now)...))
	}
	switch {
	case whenNeeded.Verdict == iam.Yes:
		t.recordGrant(p, now, whenNeeded)
	case whenNeeded.Verdict == iam.No && now.Verdict == iam.Unknown && afterApply.Verdict == iam.Yes:
		// If the permission is not held now, the plan grants it too late. If it is held,
		// the plan removes it and grants it again. Which one is not known.
		t.undetermined = append(t.undetermined, p)
		t.reasons = union(t.reasons, doubtsText(now.Doubts))
	case whenNeeded.Verdict == iam.No && now.Verdict != iam.No:
		t.removed = append(t.removed, p)
	case now.Verdict == iam.No && afterApply.Verdict == iam.Yes:
		t.unordered = append(t.unordered, p)
		t.unorderedBy = union(t.unorderedBy, t.grantingChanges(now, afterApply)...)
	case whenNeeded.Verdict == iam.No:
		t.missing = append(t.missing, p)
	default:
		t.undetermined = append(t.undetermined, p)
		t.reasons = union(t.reasons, doubtsText(whenNeeded.Doubts))
	}
}

// recordGrant records what grants a permission that is held when it is needed.
func (t *timeline) recordGrant(p string, now, whenNeeded iam.Answer) {
	if now.Verdict == iam.Yes {
		if len(now.Grants) > 0 {
			t.grants = unionOf(t.grants, []finding.Evidence{grantEvidence(now.Grants[0])})
		}
		return
	}
	t.plannedBy = union(t.plannedBy, t.grantingChanges(now, whenNeeded)...)
}

// grantingChanges returns the addresses of the changes that grant a permission:
// those that create the bindings of the later answer, and those that remove deny
// rules of now.
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

// plannedSources returns the addresses of the changes that create the grants of an
// answer.
func plannedSources(a iam.Answer) []string {
	var out []string
	for _, g := range a.Grants {
		if g.Source != "" {
			out = union(out, g.Source)
		}
	}
	return out
}

// override replaces what the policies say about now by what testIamPermissions
// said, which takes groups, conditions and unreadable policies into account. The
// effect of the plan's changes still comes from the policies.
func (t *timeline) override(p string, held bool) {
	now, whenNeeded := t.now[p], t.whenNeeded[p]
	unchanged := whenNeeded.Verdict == now.Verdict && slices.Equal(whenNeeded.Grants, now.Grants) && slices.Equal(whenNeeded.Doubts, now.Doubts)
	t.reset(p)
	switch {
	case held && (unchanged || whenNeeded.Verdict == iam.Yes):
	case held && whenNeeded.Verdict == iam.No:
		t.removed = append(t.removed, p)
	case held:
		t.undetermined = append(t.undetermined, p)
		t.reasons = union(t.reasons, "currently satisfied, but the plan changes policies that it may depend on: "+doubtsText(whenNeeded.Doubts))
	case len(t.grantingChanges(now, whenNeeded)) > 0:
		t.plannedBy = union(t.plannedBy, t.grantingChanges(now, whenNeeded)...)
	case len(t.grantingChanges(now, t.afterApply[p])) > 0:
		t.unordered = append(t.unordered, p)
		t.unorderedBy = union(t.unorderedBy, t.grantingChanges(now, t.afterApply[p])...)
	default:
		t.missing = append(t.missing, p)
	}
}

// reset removes a permission from all lists.
func (t *timeline) reset(p string) {
	one := []string{p}
	t.missing, t.undetermined = without(t.missing, one), without(t.undetermined, one)
	t.removed, t.unordered = without(t.removed, one), without(t.unordered, one)
	if len(t.undetermined) == 0 {
		t.reasons = nil
	}
}

// isHeldByMember reports whether a binding of a member grants a removed permission
// now.
func (t *timeline) isHeldByMember(member string) bool {
	return slices.ContainsFunc(t.removed, func(p string) bool {
		return slices.ContainsFunc(t.now[p].Grants, func(g iam.Grant) bool { return strings.EqualFold(g.Member, member) })
	})
}

// isOnlyDenied reports whether deny policies deny all removed permissions. A deny
// policy is written on purpose, so the verdict keeps the severity of the need.
func (t *timeline) isOnlyDenied() bool {
	return !slices.ContainsFunc(t.removed, func(p string) bool { return len(t.whenNeeded[p].Denied) == 0 })
}

// isHeldThroughRole reports whether a role grants a removed permission now.
func (t *timeline) isHeldThroughRole(role string) bool {
	return slices.ContainsFunc(t.removed, func(p string) bool {
		return slices.ContainsFunc(t.now[p].Grants, func(g iam.Grant) bool { return g.Role == role })
	})
}

// isChangedBy reports whether a change is about a binding that grants a removed
// permission.
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

// applyTroubleshooter replaces a doubtful answer by that of Policy Troubleshooter.
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

// levels returns what each resource in the hierarchy says about permissions, at
// the moment that decides.
func (t *timeline) levels(permissions []string) []finding.Level {
	answers := map[string]iam.Answer{}
	for _, p := range permissions {
		answers[p] = t.decisiveAnswer(p)
	}
	return policyLevels(answers, permissions)
}

// decisiveAnswer returns the answer at the moment that decides about a permission.
func (t *timeline) decisiveAnswer(p string) iam.Answer {
	now, whenNeeded := t.now[p], t.whenNeeded[p]
	switch {
	case slices.Contains(t.unordered, p):
		return t.afterApply[p]
	case slices.Contains(t.removed, p), now.Verdict == iam.Yes && whenNeeded.Verdict == iam.Yes:
		return now
	}
	return whenNeeded
}

// changedByPlan returns the permissions whose verdict depends on the plan's
// changes.
func (t *timeline) changedByPlan(permissions, missing []string) []string {
	return slices.DeleteFunc(slices.Clone(permissions), func(p string) bool {
		planned := slices.Contains(missing, p) && len(t.grantingChanges(t.now[p], t.whenNeeded[p])) > 0
		return !planned && !slices.Contains(t.removed, p) && !slices.Contains(t.unordered, p)
	})
}
