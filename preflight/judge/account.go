package judge

import (
	"fmt"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/shell"
)

// accountVerdict returns the verdict on whether a service account exists and is
// enabled.
func (sj *stateJudge) accountVerdict(n need.Need, v Verdict) Verdict {
	email := emailOf(n.Principal.Member)
	if removals := sj.changesAffecting(n, sj.removesAccount); len(removals) > 0 {
		return sj.removedVerdict(n, v, removals, say(accountRemoved, email))
	}
	if again := sj.changesAffecting(n, sj.recreatesAccount); len(again) > 0 {
		return sj.plannedVerdict(n, v, again, say(accountReplaced, email))
	}
	project := n.Project
	if isUniqueID(email) {
		project = "-"
	}
	account, err := sj.account(project, email)
	if creations := sj.changesAffecting(n, sj.createsAccount); len(creations) > 0 && (err != nil || account.Disabled) {
		return sj.plannedVerdict(n, v, creations, say(accountNoun, email))
	}
	if err != nil {
		return sj.unreadableAccountVerdict(n, v, err)
	}
	v = v.withEvidence("serviceAccounts.get", n.Resource, fmt.Sprintf("disabled: %t", account.Disabled))
	if account.Disabled {
		n.ExpectedError = ""
		n.Fix.Commands = []string{shell.Command("gcloud", "iam", "service-accounts", "enable", shell.Name(email), "--project="+n.Project)}
		return v.fail(n, say(accountDisabled, email))
	}
	return v.pass(say(accountUsable, email))
}

// unreadableAccountVerdict returns the verdict on a service account that could not
// be read because of err.
func (sj *stateJudge) unreadableAccountVerdict(n need.Need, v Verdict, err error) Verdict {
	email := emailOf(n.Principal.Member)
	// A unique ID is looked up with - instead of the project. Google then answers 403
	// for a missing account.
	// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
	if facts.AsError(err).NotFound() && !isUniqueID(email) {
		v = v.withEvidence("serviceAccounts.get", n.Resource, "404 not found")
		return v.fail(n, say(accountMissing, email))
	}
	return v.undetermined(readFailure(err, "check whether service account "+email+" exists", "iam.serviceAccounts.get", "roles/iam.serviceAccountViewer"))
}
