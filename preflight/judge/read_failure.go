package judge

import (
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/shell"
)

// readFailure says why something could not be read, and what would allow it. What
// is a verb and its object, such as "list the clusters of project P".
func readFailure(err error, what, permission, role string) Statement {
	e := facts.AsError(err)
	if e.Unreachable() {
		return say(noResponse, e.NoAnswerReason())
	}
	if q, ok := e.QuotaError(); ok {
		return say(quotaExhausted, what, q.Error())
	}
	if e.Unauthorized() {
		return say(credentialsRejected, what, e.Error())
	}
	if service, consumer, off := e.ServiceDisabled(); off {
		return say(requestServiceDisabled, what, e.Error(), shell.Command("gcloud", "services", "enable", shell.Name(service), "--project="+strings.TrimPrefix(consumer, "projects/")))
	}
	if e.UserProjectDenied() {
		return say(quotaProjectDenied, what, e.Error())
	}
	if e.Denied() || e.NotFound() {
		return say(readDenied, what, e.Error(), permission, role)
	}
	return say(readFailed, what, e.Error())
}
