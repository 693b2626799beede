package judge_test

import (
	"testing"
	"time"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/judge"
	"gke-preflight/preflight/need"
)

// TestPrograms: a program is on PATH of the machine that checks.
func TestPrograms(t *testing.T) {
	n := need.Need{Rule: "GP906", Severity: need.Error, Kind: need.ProgramOnPath, Expect: "gke-gcloud-auth-plugin"}
	checkVerdicts(t, []scenario{
		{name: "found", need: n, of: judge.Case{HasProgram: map[string]bool{"gke-gcloud-auth-plugin": true}}, want: verdict{outcome: finding.Pass, code: "program_found"}},
		{name: "missing", need: n, of: judge.Case{HasProgram: map[string]bool{}}, want: verdict{outcome: finding.Fail, code: "program_missing"}},
		{name: "nobody can look", need: n, want: verdict{outcome: finding.Undetermined, code: "programs_not_searched"}},
	})
}

// TestTokens: a token in the plan lives for an hour.
func TestTokens(t *testing.T) {
	madeAgo := func(age time.Duration) need.Need {
		return need.Need{Rule: "GP907", Severity: need.Error, Kind: need.TokenNotExpired, PlanTime: now.Add(-age)}
	}
	checkVerdicts(t, []scenario{
		{name: "new", need: madeAgo(time.Minute), want: verdict{outcome: finding.Pass, code: "token_valid"}},
		{name: "almost an hour old", need: madeAgo(time.Hour - time.Second), want: verdict{outcome: finding.Pass, code: "token_valid"}},
		{name: "an hour old", need: madeAgo(time.Hour), want: verdict{outcome: finding.Fail, code: "token_expired"}},
		{name: "of a plan that does not say when it was made", need: need.Need{Rule: "GP907", Severity: need.Error, Kind: need.TokenNotExpired},
			want: verdict{outcome: finding.Undetermined, code: "token_age_unknown"}},
	})
}

// TestPlanOnly: some needs are judged by the plan alone, and some by nobody before
// apply.
func TestPlanOnly(t *testing.T) {
	n := need.Need{Rule: "GP904", Severity: need.Error, Kind: need.PlanOnly, Message: "deletion_protection is on"}
	met, unknown := n, serviceNeed()
	met.Satisfied, unknown.UndeterminedReason = true, "the project is not known before apply"
	checkVerdicts(t, []scenario{
		{name: "not met", need: n, want: verdict{outcome: finding.Fail, code: "verbatim"}},
		{name: "met", need: met, want: verdict{outcome: finding.Pass, code: "verbatim"}},
		{name: "not known before apply: nothing is asked", need: unknown, want: verdict{outcome: finding.Undetermined, code: "verbatim"}},
	})
}
