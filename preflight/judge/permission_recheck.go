package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// recheckWithPolicies looks again at what testIamPermissions said. It is asked about the
// project, so a grant whose condition speaks of a cluster counts there or not,
// whatever it does for the cluster; a grant on a key or a secret does not count
// there at all; and an account may act as itself without any grant.
// https://docs.cloud.google.com/iam/docs/conditions-resource-attributes
func (pj *permissionJudge) recheckWithPolicies(n need.Need, v Verdict) Verdict {
	if v.Outcome != finding.Fail && len(n.Clusters) == 0 {
		return pj.recheckLimits(n, v)
	}
	identity, err := pj.identityOf(n)
	if err != nil || identity.Member == "" {
		if v.Outcome == finding.Fail && isUntestable(n) {
			return v.downgrade(say(callerUnknown, resource.Describe(n.Resource)))
		}
		return v
	}
	isSelf := resource.KindOf(n.Resource).Collection == resource.ServiceAccounts && resource.AccountEmail(n.Resource) == emailOf(identity.Member)
	if v.Outcome == finding.Fail && n.MetBySelf && isSelf {
		v.Outcome, v.Message = finding.Pass, say(isSameAccount, principalText(*v.Principal))
		v.Permissions = &finding.PermissionSet{Needed: n.Permissions}
		return v
	}
	if v.Outcome == finding.Fail && isSelf {
		return v.downgrade(say(sameAccountUncertain))
	}
	return pj.applyConditions(n, v, pj.evaluate(n, identity, n.Permissions))
}

// recheckLimits looks again at what testIamPermissions said is held, for conditions
// that end before apply may, or that depend on what the permission is used for.
// A grant on the project or above it that is not limited is enough, and mostly
// those policies are read anyway.
func (pj *permissionJudge) recheckLimits(n need.Need, v Verdict) Verdict {
	identity, err := pj.identityOf(n)
	if v.Outcome != finding.Pass || err != nil || identity.Member == "" || isTag(n.Resource) {
		return v
	}
	levels, complete := pj.projectLevels(n.Project)
	if resource.KindOf(n.Resource).IsAboveProjects() {
		levels, complete = ancestorsFrom(n.Resource, levels, complete)
	}
	answers := pj.evaluateHierarchy(hierarchy{levels: levels, complete: complete}, n, identity, n.Permissions)
	if !pj.isLimited(n, answers) {
		return v
	}
	return pj.applyConditions(n, v, pj.evaluate(n, identity, n.Permissions))
}

// isLimited reports whether one of the permissions of a need may be held under
// a limit only, or be held on the resource itself alone.
func (pj *permissionJudge) isLimited(n need.Need, answers []iam.Answer) bool {
	on := testableNames(n)
	tested, err := pj.test(n.Principal, on[0], n.Permissions)
	for i, a := range answers {
		below := len(on) > 1 && (err != nil || !slices.Contains(tested.Granted, n.Permissions[i]))
		if a.Verdict != iam.Yes && (below || decisiveLimit(a) != nil || len(a.Unmet) > 0) {
			return true
		}
	}
	return false
}

// applyConditions corrects what was tested on a project by the bindings that count
// on a condition.
func (pj *permissionJudge) applyConditions(n need.Need, v Verdict, answers []iam.Answer) Verdict {
	missing, open := slices.Clone(v.Permissions.Missing), slices.Clone(v.Permissions.Undetermined)
	var why, told []string
	said := map[string]iam.Answer{}
	for i, p := range n.Permissions {
		a, held := answers[i], !slices.Contains(v.Permissions.Missing, p)
		doubt, hangs := conditionDoubt(a)
		switch {
		case held && a.Verdict == iam.No && len(a.Unmet) > 0:
			missing = union(missing, p)
			v.Evidence = unionOf(v.Evidence, unmetEvidence(a))
		case held && a.Verdict == iam.Unknown && decisiveLimit(a) != nil:
			open = union(open, p)
			why = union(why, limitText(*decisiveLimit(a)))
		case !held && a.Verdict == iam.No && len(a.Unmet) > 0:
			v.Evidence = unionOf(v.Evidence, unmetEvidence(a))
		case !held && a.Verdict == iam.Yes && (isOnlyConditional(a) || isUntestable(n)):
			missing = without(missing, []string{p})
			v.Evidence = unionOf(v.Evidence, []finding.Evidence{grantEvidence(a.Grants[0])})
		case !held && a.Verdict == iam.Unknown && hangs:
			missing, open = without(missing, []string{p}), union(open, p)
			why = union(why, doubtText(doubt))
		case !held && a.Verdict == iam.Unknown && isUntestable(n):
			missing, open = without(missing, []string{p}), union(open, p)
			why = union(why, doubtsText(a.Doubts))
		case held || a.Verdict != iam.No || !isUntestable(n):
			continue
		}
		said[p], told = a, append(told, p)
	}
	v.Levels = policyLevels(said, told)
	if len(why) == 0 && slices.Equal(missing, v.Permissions.Missing) {
		return v
	}
	v.Message = Statement{}
	return pj.permissionVerdict(n, v, missing, open, say(verbatim, strings.Join(why, "; ")))
}

// withPlannedChanges looks again at what was tested now in the light of what the plan
// changes: testIamPermissions knows nothing of that.
func (pj *permissionJudge) withPlannedChanges(n need.Need, v Verdict) Verdict {
	if !pj.changesIAM() || v.Outcome == finding.Undetermined {
		return v
	}
	identity, err := pj.identityOf(n)
	if err != nil || identity.Member == "" {
		return v.unlessPoliciesChange(pj.relevantPolicyChanges(n))
	}
	t := pj.timeline(n, identity, n.Permissions)
	for _, p := range n.Permissions {
		now := !slices.Contains(v.Permissions.Missing, p)
		t.override(p, now)
	}
	if moved := t.changedByPlan(n.Permissions, v.Permissions.Missing); len(moved) > 0 {
		v.Levels = t.levels(moved)
	}
	return pj.timelineVerdict(n, v, t)
}

// decisiveLimit returns the doubt that explains why a permission is held now and may
// not be when apply uses it; nil if something else may explain that it is held.
// A binding of the very account explains it; one of a group does only where
// nothing else might.
func decisiveLimit(a iam.Answer) *iam.Doubt {
	var of *iam.Doubt
	for i, d := range a.Doubts {
		switch {
		case d.Limit != "" && d.Kind == iam.DoubtCondition:
			return &a.Doubts[i]
		case d.Limit != "" && of == nil:
			of = &a.Doubts[i]
		}
	}
	if slices.ContainsFunc(a.Doubts, func(d iam.Doubt) bool { return d.Limit == "" && d.Kind != iam.DoubtDeny }) {
		return nil
	}
	return of
}

// isUntestable reports whether a need is about what lies below a project and cannot
// be asked about by itself.
func isUntestable(n need.Need) bool {
	return len(resource.PolicyHolders(n.Resource)) > 0 && !isTestable(n.Resource)
}

// isOnlyConditional reports whether an answer depends on conditions: a binding
// without one would have been seen by testIamPermissions.
func isOnlyConditional(a iam.Answer) bool {
	return !slices.ContainsFunc(a.Grants, func(g iam.Grant) bool { return !g.Conditional })
}

func conditionDoubt(a iam.Answer) (iam.Doubt, bool) {
	for _, d := range a.Doubts {
		if d.Kind == iam.DoubtCondition {
			return d, true
		}
	}
	return iam.Doubt{}, false
}
