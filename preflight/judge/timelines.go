package judge

import (
	"slices"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// A timelines evaluates the permissions of a need at three moments: before apply
// (now), when the need's resources are created or changed (whenNeeded), and after
// apply (afterApply). It finds the changes of the plan that are responsible for a
// difference.
type timelines struct{ *evaluator }

// timeline evaluates the policies at the three moments, and classifies the
// permissions.
func (tl *timelines) timeline(n need.Need, identity iam.Identity, permissions []string) *timeline {
	v := tl.policyHierarchy(n)
	t := &timeline{denyPolicyChanges: tl.denyPolicyChanges, now: map[string]iam.Answer{}, whenNeeded: map[string]iam.Answer{}, afterApply: map[string]iam.Answer{}}
	now := tl.evaluateHierarchy(v, n, identity, permissions)
	whenNeeded, afterApply := now, now
	if tl.changesIAM() {
		whenNeeded = tl.evaluateHierarchy(tl.hierarchyAfter(v, tl.causesOf(n)), n, identity, permissions)
		afterApply = tl.evaluateHierarchy(tl.hierarchyAfter(v, nil), n, identity, permissions)
	}
	for i, p := range permissions {
		t.now[p], t.whenNeeded[p], t.afterApply[p] = now[i], whenNeeded[i], afterApply[i]
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

// removedBy returns the addresses of the changes that end the current grants of
// the removed permissions, sorted.
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

// relevantPolicyChanges returns the addresses of all changes to policies that
// decide about n, sorted.
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

// troubleshoot asks Policy Troubleshooter about permissions that the policies
// leave in doubt, also because deny policies were not read. It does not know the
// plan, so permissions that the plan affects are left out.
func (tl *timelines) troubleshoot(n need.Need, identity iam.Identity, t *timeline, permissions []string) {
	if !tl.input.Troubleshooter || identity.Member == "" || tl.isPending() {
		return
	}
	doubtful := slices.DeleteFunc(slices.Clone(permissions), func(p string) bool { return !tl.isDoubtful(t, p) })
	for _, p := range doubtful {
		access, err := ask[facts.AccessState](tl.reader, facts.Question{Kind: facts.KindAccess, On: n.Resource, Item: p, Member: identity.Member})
		if err != nil {
			t.troubleshooterErrors = union(t.troubleshooterErrors, readFailure(err, "ask Policy Troubleshooter", "policytroubleshooter.iam.troubleshoot", "roles/iam.securityReviewer on the organization").String())
			continue
		}
		t.applyTroubleshooter(p, access)
	}
}

// isDoubtful reports whether the current answer on a permission is in doubt, and
// the plan does not affect it.
func (tl *timelines) isDoubtful(t *timeline, p string) bool {
	now, whenNeeded := t.now[p], t.whenNeeded[p]
	if now.Verdict != whenNeeded.Verdict || !slices.Equal(now.Doubts, whenNeeded.Doubts) || !slices.Equal(now.Grants, whenNeeded.Grants) {
		return false
	}
	return now.Verdict == iam.Unknown || now.Verdict == iam.Yes && !tl.denials().isComplete()
}
