package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/resource"
)

// recheckWithPolicies corrects a result of testIamPermissions by the policies. The
// permissions were tested on the project: the result of a condition on the
// cluster's name may differ for the cluster, a grant on a key or a secret is not
// seen at all, and an account may act as itself without any grant.
// https://docs.cloud.google.com/iam/docs/conditions-resource-attributes
func (pj *permissionJudge) recheckWithPolicies(n need.Need, v Verdict) Verdict {
	if v.Outcome != finding.Fail && len(n.Clusters) == 0 {
		return pj.recheckLimits(n, v)
	}
	identity, err := pj.identityOf(n)
	if err != nil || identity.Member == "" {
		if v.Outcome == finding.Fail && isUntestable(n) {
			return v.undetermined(say(callerUnknown, resource.Describe(n.Resource)))
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
		return v.undetermined(say(sameAccountUncertain))
	}
	return pj.applyConditions(n, v, pj.evaluate(n, identity, n.Permissions))
}

// recheckLimits corrects a pass by conditions that end before apply does, or that
// depend on what the permission is used for. An unconditional grant on the project
// or an ancestor is sufficient, and those policies are usually read anyway, so it
// looks at them first.
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

// isLimited reports whether a permission of n may be held only under a condition,
// or only on the resource itself.
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

// applyConditions corrects a result of testIamPermissions by the answers of the
// policies, permission by permission.
func (pj *permissionJudge) applyConditions(n need.Need, v Verdict, answers []iam.Answer) Verdict {
	missing, open := slices.Clone(v.Permissions.Missing), slices.Clone(v.Permissions.Undetermined)
	var why, told []string
	said := map[string]iam.Answer{}
	for i, p := range n.Permissions {
		a, held := answers[i], !slices.Contains(v.Permissions.Missing, p)
		doubt, hangs := conditionDoubt(a)
		switch {
		case held && a.Verdict == iam.No && len(a.Unmet) > 0:
			missing, open = union(missing, p), without(open, []string{p})
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
	v.Message, v.Reason = Statement{}, Statement{}
	reason := say(verbatim, strings.Join(why, "; "))
	if len(why) == 0 {
		reason = say(permissionsUntestable, joinNames(open), resource.Describe(n.Resource))
	}
	return pj.permissionVerdict(n, v, missing, open, reason)
}

// withPlannedChanges corrects a result of testIamPermissions by the plan's own IAM
// changes, which that method does not know.
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
		if slices.Contains(v.Permissions.Undetermined, p) {
			continue // The test does not say whether it is held: the policies alone do.
		}
		now := !slices.Contains(v.Permissions.Missing, p)
		t.override(p, now)
	}
	if moved := t.changedByPlan(n.Permissions, v.Permissions.Missing); len(moved) > 0 {
		v.Levels = t.levels(moved)
	}
	return pj.timelineVerdict(n, v, t)
}

// decisiveLimit returns the doubt about a condition that explains why a permission
// is held now, but may not be during apply; nil if another binding may explain it.
// A binding of the principal itself takes precedence over one of a group.
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

// isUntestable reports whether n is about a resource below a project whose
// permissions cannot be tested.
func isUntestable(n need.Need) bool {
	return len(resource.PolicyHolders(n.Resource)) > 0 && !isTestable(n.Resource)
}

// isOnlyConditional reports whether all grants are conditional. testIamPermissions
// would have seen an unconditional one.
func isOnlyConditional(a iam.Answer) bool {
	return !slices.ContainsFunc(a.Grants, func(g iam.Grant) bool { return !g.Conditional })
}

// conditionDoubt returns the first doubt about a condition.
func conditionDoubt(a iam.Answer) (iam.Doubt, bool) {
	for _, d := range a.Doubts {
		if d.Kind == iam.DoubtCondition {
			return d, true
		}
	}
	return iam.Doubt{}, false
}
