package judge

import (
	"fmt"

	"gke-preflight/preflight/need"
)

// constraintVerdict returns the verdict on whether an organization policy
// constraint is not enforced for a project.
func (sj *stateJudge) constraintVerdict(n need.Need, v Verdict) Verdict {
	if by := addresses(sj.changesAffecting(n, sj.setsConstraint)); len(by) > 0 {
		return v.undetermined(say(constraintChanged, n.Expect, joinNames(by)))
	}
	enforced, err := sj.isEnforced(n.Project, n.Expect)
	if err != nil {
		return v.undetermined(readFailure(err, "check whether the organization policy constraint "+n.Expect+" is enforced for project "+n.Project, "orgpolicy.policy.get", "roles/orgpolicy.policyViewer"))
	}
	v = v.withEvidence("policies.getEffectivePolicy", n.Resource, fmt.Sprintf("%s enforced: %t", n.Expect, enforced))
	if enforced {
		return v.fail(n, say(constraintEnforced, n.Expect, n.Project))
	}
	return v.pass(say(constraintNotEnforced, n.Expect, n.Project))
}
