package judge

import (
	"time"

	"gke-preflight/preflight/need"
)

// programVerdict returns the verdict on whether a program is on PATH. It assumes
// that apply runs on the same machine as the check.
func (sj *stateJudge) programVerdict(n need.Need, v Verdict) Verdict {
	if sj.input.HasProgram == nil {
		return v.undetermined(say(programsNotSearched))
	}
	if !sj.input.HasProgram[n.Expect] {
		return v.fail(n, say(programMissing, n.Expect))
	}
	return v.pass(say(programFound, n.Expect))
}

// tokenLifetime is how long an access token is valid, unless a shorter lifetime
// was requested.
// https://docs.cloud.google.com/docs/authentication/token-types#access
const tokenLifetime = time.Hour

// tokenVerdict returns the verdict on whether a token that was read during plan is
// still valid during apply.
func (sj *stateJudge) tokenVerdict(n need.Need, v Verdict) Verdict {
	if n.PlanTime.IsZero() {
		return v.undetermined(say(tokenAgeUnknown))
	}
	made := n.PlanTime.UTC().Format(time.RFC3339)
	if sj.input.Now.Sub(n.PlanTime) >= tokenLifetime {
		return v.fail(n, say(tokenExpired, made))
	}
	return v.pass(say(tokenValid, made))
}
