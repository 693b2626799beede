package judge

import (
	"slices"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

type timelines struct{ *evaluator }

// timeline evaluates the policies three times: as they are, as they will be when
// the need arises, and as they will be in the end.
func (tl *timelines) timeline(n need.Need, identity iam.Identity, permissions []string) *timeline {
	v := tl.policyHierarchy(n)
	t := &timeline{denyPolicyChanges: tl.denyPolicyChanges, now: map[string]iam.Answer{}, whenNeeded: map[string]iam.Answer{}, afterApply: map[string]iam.Answer{}}
	now := tl.evaluateHierarchy(v, n, identity, permissions)
	then, someday := now, now
	if tl.changesIAM() {
		then = tl.evaluateHierarchy(tl.hierarchyAfter(v, tl.causesOf(n)), n, identity, permissions)
		someday = tl.evaluateHierarchy(tl.hierarchyAfter(v, nil), n, identity, permissions)
	}
	for i, p := range permissions {
		t.now[p], t.whenNeeded[p], t.afterApply[p] = now[i], then[i], someday[i]
	}
	tl.troubleshoot(n, identity, t, permissions)
	for _, p := range permissions {
		t.classify(p)
	}
	if len(t.undetermined) > 0 {
		t.reasons = append(t.reasons, t.troubleshooterErrors...)
	}
	return t
}

// removedBy returns the changes that end the grants that hold now.
func (tl *timelines) removedBy(n need.Need, t *timeline) []string {
	var out []string
	for _, level := range tl.policyHierarchy(n).levels {
		for _, pc := range tl.policyChanges {
			if pc.Effect != plan.AddsMembers && tl.canBeOn(pc.Resource, resource.RelativeName(level.Resource)) && t.isChangedBy(pc, level.Resource) {
				out = union(out, pc.Address)
			}
		}
	}
	for _, rc := range tl.roleChanges {
		if t.isHeldThroughRole(tl.roleNameIn(rc.Role, projectName(n.Project))) {
			out = union(out, rc.Address)
		}
	}
	for _, c := range tl.replacedAccounts() {
		if t.isHeldByMember("serviceAccount:" + c.EmailBefore()) {
			out = union(out, c.Address)
		}
	}
	for _, m := range tl.plan.Moves() {
		if slices.ContainsFunc(tl.policyHierarchy(n).levels, func(l iam.Level) bool { return tl.canBeSame(resource.RelativeName(l.Resource), m.Resource) }) {
			out = union(out, m.Address)
		}
	}
	for _, p := range t.removed {
		for _, d := range t.whenNeeded[p].Denied {
			out = union(out, tl.denyPolicyChanges(d.Policy)...)
		}
	}
	slices.Sort(out)
	return out
}

// relevantPolicyChanges returns the changes of policies that decide about a need.
func (tl *timelines) relevantPolicyChanges(n need.Need) []string {
	var out []string
	for _, level := range tl.policyHierarchy(n).levels {
		name := resource.RelativeName(level.Resource)
		for _, pc := range tl.policyChanges {
			if tl.canBeOn(pc.Resource, name) {
				out = union(out, pc.Address)
			}
		}
		for _, d := range tl.denyChanges {
			if tl.canBeOn(d.Parent, name) {
				out = union(out, d.Address)
			}
		}
	}
	for _, rc := range tl.roleChanges {
		out = union(out, rc.Address)
	}
	out = union(out, addresses(tl.replacedAccounts())...)
	for _, m := range tl.plan.Moves() {
		out = union(out, m.Address)
	}
	slices.Sort(out)
	return out
}

// troubleshoot lets Policy Troubleshooter settle what the known policies
// leave undetermined, and what deny policies that were not read might remove. What
// the plan changes it knows nothing of: that stays as it is.
func (tl *timelines) troubleshoot(n need.Need, identity iam.Identity, t *timeline, permissions []string) {
	if !tl.input.Troubleshooter || identity.Member == "" || tl.isPending() {
		return
	}
	doubted := slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return !tl.isDoubtful(t, p) })
	for _, p := range doubted {
		access, err := ask[facts.AccessState](tl.reader, facts.Question{Kind: facts.KindAccess, On: n.Resource, Item: p, Member: identity.Member})
		if err != nil {
			t.troubleshooterErrors = union(t.troubleshooterErrors, readFailure(err, "ask Policy Troubleshooter", "policytroubleshooter.iam.troubleshoot", "roles/iam.securityReviewer on the organization").String())
			continue
		}
		t.applyTroubleshooter(p, access)
	}
}

// isDoubtful reports whether an answer of now is one to ask about, and the plan
// leaves it as it is.
func (tl *timelines) isDoubtful(t *timeline, p string) bool {
	now, then := t.now[p], t.whenNeeded[p]
	if now.Verdict != then.Verdict || !slices.Equal(now.Doubts, then.Doubts) || !slices.Equal(now.Grants, then.Grants) {
		return false
	}
	return now.Verdict == iam.Unknown || now.Verdict == iam.Yes && !tl.denials().isComplete()
}
