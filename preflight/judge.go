package preflight

import (
	"fmt"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/shell"
)

// A judge answers needs from facts. It asks nobody: what it misses, its reader
// notes.
type judge struct {
	*reader
	plan          *plan.Plan
	policyChanges []plan.PolicyChange
	denyChanges   []plan.DenyChange
	roleChanges   []plan.RoleChange
	options       Options
	programs      *iam.Programs
	// permissionProjects are the projects of all needs about permissions.
	permissionProjects []string
	denied             *denials
}

// denials returns the deny policies that bear on all needs.
func (j *judge) denials() *denials {
	if j.denied != nil {
		return j.denied
	}
	before := j.missing
	j.missing = nil
	d := readDenials(j.permissionProjects, j.reader)
	if !j.isPending() {
		j.denied = d
	}
	j.missing = append(before, j.missing...)
	return d
}

// verdict judges a need.
func (j *judge) verdict(n need.Need) Verdict {
	if n.Unknown != "" {
		return newVerdict(n).undetermined(say(verbatim, n.Unknown))
	}
	switch n.Kind {
	case need.Statement:
		return stated(n, newVerdict(n))
	case need.OnPath:
		return j.onPath(n, newVerdict(n))
	case need.Fresh:
		return j.fresh(n, newVerdict(n))
	}
	f := j.named(newVerdict(n))
	why := j.invisible(n.Project)
	if j.isPending() {
		return f
	}
	if why.Code != "" {
		return j.unseen(n, f, why)
	}
	return j.unlessDenied(n, j.asked(n, f))
}

// stated is the finding of what the plan alone says.
func stated(n need.Need, f Verdict) Verdict {
	if n.Holds {
		f.Outcome, f.Message = finding.Pass, say(verbatim, n.Message)
		return f
	}
	return f.failed(n, say(verbatim, n.Message))
}

// named puts the identity behind the credentials at hand into a finding about
// the deployer.
func (j *judge) named(f Verdict) Verdict {
	if f.Principal == nil || f.Principal.Kind != need.Deployer || f.Principal.Member != "" {
		return f
	}
	if id, err := j.identityOfCaller(*f.Principal); err == nil {
		f.Principal = &need.Principal{Kind: need.Deployer, Member: memberOf(id.Email)}
	}
	return f
}

// invisible says why nothing can be found out about a project; empty where
// something can.
func (j *judge) invisible(project string) Statement {
	_, err := j.project(project)
	if e := asError(err); err == nil || !e.Denied() && !e.NotFound() {
		return Statement{}
	}
	_, other := j.servicesOf(project)
	if e := asError(other); other == nil || !e.Denied() && !e.NotFound() {
		return Statement{}
	}
	return say(projectInvisible, project, asError(err).Error())
}

// asked answers a need by asking.
func (j *judge) asked(n need.Need, f Verdict) Verdict {
	switch n.Kind {
	case need.Service:
		f = j.service(n, f)
	case need.Account:
		f = j.usable(n, f)
	case need.Permissions:
		f = j.permissions(n, f)
	case need.Attached:
		f = j.attached(n, f)
	case need.Key:
		f = j.keyUsable(n, f)
	case need.Unconstrained:
		f = j.unconstrained(n, f)
	case need.Free:
		f = j.free(n, f)
	case need.PoolFree:
		f = j.poolFree(n, f)
	case need.Exists:
		f = j.present(n, f)
	case need.Idle, need.Sound, need.Recreated:
		f = j.existing(n, f)
	}
	return f
}

// newVerdict returns the verdict on a need before it is judged.
func newVerdict(n need.Need) Verdict {
	f := Verdict{Need: n, Severity: n.Severity}
	if n.Principal.Kind != "" {
		f.Principal = &n.Principal
	}
	if n.Kind == need.Permissions {
		f.Permissions = &finding.PermissionSet{Needed: n.Permissions}
	}
	return f
}

// passed returns a verdict that a need is met.
func (f Verdict) passed(message Statement) Verdict {
	f.Outcome, f.Message = finding.Pass, message
	return f
}

// undetermined returns a verdict that could not be reached.
func (f Verdict) undetermined(reason Statement) Verdict {
	f.Outcome, f.Reason = finding.Undetermined, reason
	if f.Permissions != nil && len(f.Permissions.Missing)+len(f.Permissions.Undetermined) == 0 {
		f.Permissions = &finding.PermissionSet{Needed: f.Permissions.Needed, Undetermined: f.Permissions.Needed}
	}
	return f
}

// failed returns a verdict that a need is not met. How to fix that, and the error
// that apply would print, are those of n.
func (f Verdict) failed(n need.Need, message Statement) Verdict {
	f.Outcome, f.Message, f.Need = finding.Fail, message, n
	return f
}

func (f Verdict) evident(method, resource, detail string) Verdict {
	f.Evidence = append(f.Evidence, finding.Evidence{Method: method, Resource: resource, Detail: detail})
	return f
}

// service answers whether an API is on when it is needed: now, and still or
// only then.
func (j *judge) service(n need.Need, f Verdict) Verdict {
	services, err := j.servicesOf(n.Project)
	state := services.State[n.Service]
	if err == nil && state == facts.ServiceEnabled {
		f = f.evident("services.batchGet", n.Resource, n.Service+" is ENABLED")
		switch off, order := j.inTheWay(n, j.changes(n, j.turnsOff)); {
		case len(off) > 0 && order == plan.Unseen:
			f.TakenAwayBy = addresses(off)
			return f.undetermined(say(disableOrderUnseen, whatTurnsOff(off, n), list(f.TakenAwayBy)))
		case len(off) > 0:
			return j.takenAway(n, f, off, whatTurnsOff(off, n))
		}
		f.Outcome = finding.Pass
		f.Message = say(serviceOn, n.Service, n.Project)
		return f
	}
	if on := j.changes(n, j.turnsOn); len(on) > 0 {
		return j.provided(n, f, on, say(theService, n.Service, n.Project))
	}
	if also := j.bringsCompute(n); len(also) > 0 {
		return f.undetermined(say(computeFollows, list(addresses(also))))
	}
	if err != nil {
		return f.undetermined(because(err, "the state of "+n.Service+" in project "+n.Project, "serviceusage.services.get", "roles/serviceusage.serviceUsageViewer"))
	}
	if state == facts.ServiceDisabled {
		f = f.evident("services.batchGet", n.Resource, n.Service+" is DISABLED")
		return f.failed(n, say(serviceOff, n.Service, n.Project))
	}
	return f.undetermined(say(serviceStateUnsaid, n.Service, n.Project))
}

// usable answers whether a service account exists and is enabled.
func (j *judge) usable(n need.Need, f Verdict) Verdict {
	email := emailOf(n.Principal.Member)
	if gone := j.changes(n, j.disposesOf); len(gone) > 0 {
		return j.takenAway(n, f, gone, say(accountRemoved, email))
	}
	if again := j.changes(n, j.remakesAccount); len(again) > 0 {
		return j.provided(n, f, again, say(accountReplaced, email))
	}
	project := n.Project
	if isUniqueID(email) {
		project = "-"
	}
	account, err := j.account(project, email)
	if made := j.changes(n, j.makesAccount); len(made) > 0 && (err != nil || account.Disabled) {
		return j.provided(n, f, made, say(theAccount, email))
	}
	if err != nil {
		return j.unusable(n, f, err)
	}
	f = f.evident("serviceAccounts.get", n.Resource, fmt.Sprintf("disabled: %t", account.Disabled))
	if account.Disabled {
		n.ExpectedError = ""
		n.Fix.Commands = []string{shell.Command("gcloud", "iam", "service-accounts", "enable", shell.Name(email), "--project="+n.Project)}
		return f.failed(n, say(accountDisabled, email))
	}
	f.Outcome, f.Message = finding.Pass, say(accountUsable, email)
	return f
}

func (j *judge) unusable(n need.Need, f Verdict, err error) Verdict {
	email := emailOf(n.Principal.Member)
	// With - in place of the project a missing account answers 403, and a 404
	// would prove nothing about one that lives elsewhere.
	// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
	if asError(err).NotFound() && !isUniqueID(email) {
		f = f.evident("serviceAccounts.get", n.Resource, "404 not found")
		return f.failed(n, say(accountMissing, email))
	}
	return f.undetermined(because(err, "whether service account "+email+" exists", "iam.serviceAccounts.get", "roles/iam.serviceAccountViewer"))
}
