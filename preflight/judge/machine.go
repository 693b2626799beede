package judge

import (
	"time"

	"gke-preflight/preflight/need"
)

// programVerdict returns the verdict on whether a program is there. That apply runs on the machine
// that checks is assumed.
func (sj *stateJudge) programVerdict(n need.Need, v Verdict) Verdict {
	if sj.input.HasProgram == nil {
		return v.undetermined(say(programsNotSearched))
	}
	if !sj.input.HasProgram[n.Expect] {
		return v.fail(n, say(programMissing, n.Expect))
	}
	return v.pass(say(programFound, n.Expect))
}

// tokenLifetime is how long an access token lives, unless somebody chose less.
// https://docs.cloud.google.com/docs/authentication/token-types#access
const tokenLifetime = time.Hour

// tokenVerdict returns the verdict on whether a token that was read while planning still works when
// apply gets to use it.
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
