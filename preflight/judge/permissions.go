package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// permissionsVerdict returns the verdict on whether a principal holds permissions on a resource, by
// the best evidence there is.
func (pj *permissionJudge) permissionsVerdict(n need.Need, v Verdict) Verdict {
	if n.Principal.Kind == need.Deployer {
		return pj.deployerVerdict(n, v)
	}
	by := pj.enablementsCreatingAgent(n)
	off := len(by) > 0 && pj.isAgentAPIDisabled(n)
	if pj.isPending() {
		return v
	}
	if off {
		if pj.wasComputeEnabled(n) {
			return pj.reenabled(n, v, by)
		}
		return pj.agentCreatedByAPI(n, v, by)
	}
	tested, ok := pj.testImpersonated(n)
	if pj.isPending() {
		return v
	}
	if ok {
		return pj.withPlannedChanges(n, pj.recheckWithPolicies(n, pj.testVerdict(n, v, tested, emailOf(n.Principal.Member))))
	}
	return pj.policyVerdict(n, v)
}

// deployerVerdict asks as the deployer.
func (pj *permissionJudge) deployerVerdict(n need.Need, v Verdict) Verdict {
	on := pj.areAllEnabled(n)
	if pj.isPending() {
		return v
	}
	if on {
		v.Outcome, v.Message = finding.Pass, say(alreadyEnabled, joinNames(n.OnlyIfDisabled), n.Project)
		return v.withEvidence("services.batchGet", n.Resource, joinNames(n.OnlyIfDisabled)+" is ENABLED")
	}
	if isOrganizationOnly(n) {
		if identity, err := pj.identityOf(n); err != nil || identity.Member == "" {
			return v.undetermined(say(organizationGrantsUnknown))
		}
		return pj.policyVerdict(n, v)
	}
	atHand := pj.isAmbient(n.Principal)
	if pj.isPending() {
		return v
	}
	if n.Principal.Member != "" && !atHand && (!pj.input.Impersonation || !strings.HasPrefix(n.Principal.Member, "serviceAccount:")) {
		return pj.policyVerdict(n, v)
	}
	tested, err := pj.testPermissions(n)
	if pj.isPending() {
		return v
	}
	if err != nil {
		return pj.testFailed(n, v, err)
	}
	return pj.withPlannedChanges(n, pj.recheckWithPolicies(n, pj.testVerdict(n, v, tested, "")))
}

// areAllEnabled reports whether all APIs that a need is there to enable are on.
func (pj *permissionJudge) areAllEnabled(n need.Need) bool {
	if len(n.OnlyIfDisabled) == 0 || slices.Contains(n.OnlyIfDisabled, "") {
		return false
	}
	services, err := pj.servicesOf(n.Project)
	return err == nil && !slices.ContainsFunc(n.OnlyIfDisabled, func(api string) bool { return services.State[api] != facts.ServiceEnabled })
}

// isOrganizationOnly reports whether permissions can be tested on an organization only,
// though they are needed on what lies below: those of deny policies. Allow
// policies tell.
// https://docs.cloud.google.com/iam/docs/deny-access#required-roles
func isOrganizationOnly(n need.Need) bool {
	return len(n.Permissions) > 0 && strings.HasPrefix(n.Permissions[0], "iam.denypolicies.")
}

// testPermissions asks as the principal: at the project, and for what is not held there
// at the account or the subnetwork itself, where a grant may stand too; or else
// at the folder or organization that the need is about.
func (pj *permissionJudge) testPermissions(n need.Need) (facts.PermissionTest, error) {
	on := testableNames(n)
	tested, err := pj.test(n.Principal, on[0], n.Permissions)
	if isMissing(err) {
		return tested, err
	}
	missing := n.Permissions
	if err == nil {
		missing = without(n.Permissions, tested.Granted)
	}
	if len(missing) > 0 && len(on) > 1 {
		own := on[1]
		above, errAbove := tested, err
		tested, err = pj.test(n.Principal, own, n.Permissions)
		if isNotThere(err) && pj.creates(own) {
			tested, err = facts.PermissionTest{Granted: above.Granted, Missing: missing}, errAbove
		}
	}
	return tested, err
}

// isNotThere reports whether Google said that a resource does not exist, or, as
// it does to those who may not know, that it may not.
// https://docs.cloud.google.com/iam/docs/troubleshoot-permissions
func isNotThere(err error) bool {
	e := facts.AsError(err)
	return e.NotFound() || e.Denied() && strings.Contains(e.Message, "may not exist")
}

// testFailed is for a deployer that Google Cloud could not be asked about: the
// policies may tell, if it is a named one.
func (pj *permissionJudge) testFailed(n need.Need, v Verdict, err error) Verdict {
	if n.Principal.Member != "" && facts.AsError(err).Method == facts.MethodGenerateAccessToken {
		return pj.policyVerdict(n, v)
	}
	return v.undetermined(readFailure(err, "test the deployer's permissions in project "+n.Project, "resourcemanager.projects.get", "roles/browser"))
}

// testImpersonated asks as a named service account, if the ambient credentials may.
func (pj *permissionJudge) testImpersonated(n need.Need) (facts.PermissionTest, bool) {
	if !pj.input.Impersonation || !isUserManaged(n.Principal.Kind) {
		return facts.PermissionTest{}, false
	}
	may, err := pj.test(need.Principal{}, accountName(n), []string{getAccessToken})
	if err != nil || !slices.Contains(may.Granted, getAccessToken) {
		return facts.PermissionTest{}, false
	}
	tested, err := pj.testPermissions(n)
	return tested, err == nil
}

// testVerdict turns the answer of testIamPermissions into a finding.
func (pj *permissionJudge) testVerdict(n need.Need, v Verdict, tested facts.PermissionTest, as string) Verdict {
	detail := "granted: " + joinNames(intersect(n.Permissions, tested.Granted))
	if as != "" {
		detail += " (tested as " + as + ")"
	}
	v = v.withEvidence("testIamPermissions", n.Resource, detail)
	missing := intersect(n.Permissions, tested.Missing)
	open := without(n.Permissions, append(slices.Clone(tested.Granted), tested.Missing...))
	return pj.permissionVerdict(n, v, missing, open, say(permissionsUntestable, joinNames(open), resource.Describe(n.Resource)))
}

// permissionVerdict returns the verdict on what is missing and what is open of a need.
func (pj *permissionJudge) permissionVerdict(n need.Need, v Verdict, missing, open []string, why Statement) Verdict {
	v.Permissions = &finding.PermissionSet{Needed: n.Permissions, Missing: missing, Undetermined: open}
	switch {
	case len(missing) > 0:
		return v.fail(n, say(permissionsMissing, principalText(*v.Principal), joinNames(missing), resource.Describe(n.Resource)))
	case len(open) > 0:
		return v.undetermined(why)
	}
	return v.pass(say(permissionsHeld, principalText(*v.Principal), joinNames(n.Permissions), resource.Describe(n.Resource)))
}

// policyVerdict evaluates the allow policies of a resource and all above it, as
// they are and as the plan leaves them.
func (pj *permissionJudge) policyVerdict(n need.Need, v Verdict) Verdict {
	identity, err := pj.identityOf(n)
	if err != nil {
		project, _ := resource.UnresolvedProject(n.Principal.Member)
		return v.undetermined(readFailure(err, "read the number of project "+project+", which is part of the email of "+principalText(n.Principal), "resourcemanager.projects.get", "roles/browser"))
	}
	t := pj.timeline(n, identity, n.Permissions)
	v.Evidence = append(append(v.Evidence, t.grants...), t.denials...)
	v.Levels = t.levels(n.Permissions)
	if len(t.troubleshooterSays) > 0 {
		return pj.timelineVerdict(n, v.withEvidence("iam.troubleshoot", n.Resource, joinNames(t.troubleshooterSays)), t)
	}
	if len(t.missing) > 0 && len(t.denials) == 0 {
		v = v.withEvidence("getIamPolicy", n.Resource, "no binding on "+pj.hierarchyText(n)+" grants "+joinNames(t.missing))
	}
	return pj.timelineVerdict(n, v, t)
}

type permissionJudge struct{ *planned }

// reenabled returns the verdict on an agent whose API the plan turns on again. Whether
// that gives back a role that was taken is documented for GKE's agent alone.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/4xx-errors
func (pj *permissionJudge) reenabled(n need.Need, v Verdict, by []*plan.Change) Verdict {
	v = pj.policyVerdict(n, v)
	if v.Outcome != finding.Fail || v.Rule == need.RuleRemoved {
		return v
	}
	v.PlannedBy = addresses(by)
	return v.downgrade(say(agentRoleMayBeRestored, n.Project, joinNames(v.PlannedBy), principalText(*v.Principal)))
}

// timelineVerdict returns the verdict on a need whose permissions have been sorted. What is
// missing for good comes first, then what the plan itself does wrong.
func (pj *permissionJudge) timelineVerdict(n need.Need, v Verdict, t *timeline) Verdict {
	slices.Sort(t.plannedBy)
	switch {
	case len(t.missing) > 0:
		return pj.permissionVerdict(n, v, t.missing, t.undetermined, Statement{})
	case len(t.removed) > 0:
		return pj.removedPermissionsVerdict(n, v, t)
	case len(t.unordered) > 0:
		return pj.unorderedPermissionsVerdict(n, v, t)
	}
	v = pj.permissionVerdict(n, v, nil, t.undetermined, say(verbatim, strings.Join(t.reasons, "; ")))
	if v.Outcome == finding.Pass && len(t.plannedBy) > 0 {
		v.PlannedBy, v.Reason = t.plannedBy, say(propagationDelay)
		v.Message = say(permissionsPlanned, principalText(*v.Principal), joinNames(n.Permissions), resource.Describe(n.Resource))
	}
	return v
}

// removedPermissionsVerdict returns the verdict on permissions that the plan removes.
func (pj *permissionJudge) removedPermissionsVerdict(n need.Need, v Verdict, t *timeline) Verdict {
	v.Permissions = &finding.PermissionSet{Needed: n.Permissions, Missing: t.removed, Undetermined: t.undetermined}
	by := pj.removedBy(n, t)
	v = v.selfInflicted(n)
	if t.isOnlyDenied() {
		v.Severity = n.Severity
	}
	v.RemovedBy = by
	v.Message = say(permissionsRemoved, joinNames(t.removed), resource.Describe(n.Resource), principalText(*v.Principal), n.Rule)
	v.Terraform = pj.keepGrants(by, v.Principal.Member, n.Fix.Role, t.removed)
	return v
}

// unorderedPermissionsVerdict returns the verdict on permissions that the plan grants without anyone
// waiting.
func (pj *permissionJudge) unorderedPermissionsVerdict(n need.Need, v Verdict, t *timeline) Verdict {
	slices.Sort(t.unorderedBy)
	v.PlannedBy = t.unorderedBy
	what := joinNames(t.unordered) + " on " + resource.Describe(n.Resource) + " for " + principalText(*v.Principal)
	if pj.isOrderUnknown(n, t.unorderedBy) {
		return v.undetermined(say(orderUnknown, what, joinNames(t.unorderedBy), joinNames(addresses(pj.causesOf(n)))))
	}
	v.Permissions = &finding.PermissionSet{Needed: n.Permissions, Missing: t.unordered, Undetermined: t.undetermined}
	return v.missingDependency(n, what, addresses(pj.causesOf(n)))
}
