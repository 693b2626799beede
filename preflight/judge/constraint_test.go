package judge_test

import (
	"testing"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
)

// TestConstraints: a constraint of the organization policy is not enforced.
func TestConstraints(t *testing.T) {
	const constraint = "iam.disableCrossProjectServiceAccountUsage"
	n := need.Need{Rule: "GP307", Severity: need.Error, Kind: need.OrgPolicyNotEnforced, Project: project, Resource: projectFull, Expect: constraint}
	state := func(a facts.Answer) answers {
		return with(readable(), answers{about(facts.KindConstraint, project, constraint): a})
	}
	checkVerdicts(t, []scenario{
		{name: "not enforced", need: n, facts: state(is(false)), want: verdict{outcome: finding.Pass, code: "constraint_not_enforced"}},
		{name: "enforced", need: n, facts: state(is(true)), want: verdict{outcome: finding.Fail, code: "constraint_enforced"}},
		{name: "forbidden", need: n, facts: state(forbidden), want: verdict{outcome: finding.Undetermined, code: "read_denied"}},
		{name: "changed by the plan", need: n, facts: state(is(true)),
			plan: []change{created("google_org_policy_policy.c", `{"parent": "projects/acme-prod", "name": "projects/acme-prod/policies/`+constraint+`"}`)},
			want: verdict{outcome: finding.Undetermined, code: "constraint_changed"}},
		{name: "another one is changed by the plan", need: n, facts: state(is(true)),
			plan: []change{created("google_org_policy_policy.c", `{"parent": "projects/acme-prod", "name": "projects/acme-prod/policies/compute.requireOsLogin"}`)},
			want: verdict{outcome: finding.Fail, code: "constraint_enforced"}},
	})
}
