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

// permissionsVerdict returns the verdict on whether a principal has permissions on
// a resource, by the best evidence there is.
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

// deployerVerdict returns the verdict on permissions of the deployer, by testing
// them with its credentials if possible.
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

// areAllEnabled reports whether all APIs that n would enable are already enabled.
func (pj *permissionJudge) areAllEnabled(n need.Need) bool {
	if len(n.OnlyIfDisabled) == 0 || slices.Contains(n.OnlyIfDisabled, "") {
		return false
	}
	services, err := pj.servicesOf(n.Project)
	return err == nil && !slices.ContainsFunc(n.OnlyIfDisabled, func(api string) bool { return services.State[api] != facts.ServiceEnabled })
}

// isOrganizationOnly reports whether permissions can be tested only on an
// organization, although they are needed on its descendants: those on deny
// policies. Allow policies decide instead.
// https://docs.cloud.google.com/iam/docs/deny-access#required-roles
func isOrganizationOnly(n need.Need) bool {
	return len(n.Permissions) > 0 && strings.HasPrefix(n.Permissions[0], "iam.denypolicies.")
}

// testPermissions tests permissions as the principal of n: on the project, and if
// some are missing there, on the service account or subnetwork itself, which may
// have grants of its own. For a need on a folder or an organization it tests them
// there.
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

// isNotThere reports whether Google says that a resource does not exist, or, to
// callers who may not know, that it may not exist.
// https://docs.cloud.google.com/iam/docs/troubleshoot-permissions
func isNotThere(err error) bool {
	e := facts.AsError(err)
	return e.NotFound() || e.Denied() && strings.Contains(e.Message, "may not exist")
}

// testFailed returns the verdict on a deployer whose permissions could not be
// tested. The policies may still decide if the deployer is known.
func (pj *permissionJudge) testFailed(n need.Need, v Verdict, err error) Verdict {
	if n.Principal.Member != "" && facts.AsError(err).Method == facts.MethodGenerateAccessToken {
		return pj.policyVerdict(n, v)
	}
	return v.undetermined(readFailure(err, "test the deployer's permissions in project "+n.Project, "resourcemanager.projects.get", "roles/browser"))
}

// testImpersonated tests permissions as a service account, if the caller may
// impersonate it.
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

// testVerdict returns the verdict that follows from a result of
// testIamPermissions.
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

// permissionVerdict returns the verdict on n, given its missing permissions and
// those that are undetermined because of why.
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

// policyVerdict returns the verdict that follows from the policies of the
// hierarchy and the plan's changes to them.
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

// A permissionJudge returns verdicts on permissions. It uses the best evidence
// there is: testIamPermissions as the deployer, the same as an impersonated
// service account, or else the allow and deny policies. What was tested is then
// rechecked with the policies, because testIamPermissions knows neither the plan
// nor the resource that a condition refers to.
type permissionJudge struct{ *planned }

// reenabled returns the verdict on a service agent whose API was enabled before
// and the plan enables again. Only for the GKE service agent it is documented that
// this restores a revoked role.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/4xx-errors
func (pj *permissionJudge) reenabled(n need.Need, v Verdict, by []*plan.Change) Verdict {
	v = pj.policyVerdict(n, v)
	if v.Outcome != finding.Fail || v.Rule == need.RuleRemoved {
		return v
	}
	v.PlannedBy = addresses(by)
	return v.undetermined(say(agentRoleMayBeRestored, n.Project, joinNames(v.PlannedBy), principalText(*v.Principal)))
}

// timelineVerdict returns the verdict on n once its permissions are classified.
// Permissions that stay missing take precedence over those that the plan removes
// or grants too late.
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

// removedPermissionsVerdict returns the verdict on permissions that the plan
// removes.
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

// unorderedPermissionsVerdict returns the verdict on permissions that the plan
// grants, but that the resources do not depend on.
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
