package judge

import (
	"fmt"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/shell"
)

// A judge answers needs from facts. It asks nobody: what it misses, its reader
// notes. It is made of parts, each of which uses those before it:
//
//	reader           facts, and what is missing
//	resources        resources and their policies
//	names            whether two names are of one thing
//	forecast         what the plan does to policies, roles and deny policies
//	effects          what the plan does to APIs, accounts, keys and attachments
//	evaluator        what policies say about a permission
//	timelines        a permission now, when it is needed, and after apply
//	planned          verdicts that the plan decides
//	permissionJudge  verdicts on permissions
//	stateJudge       verdicts on the state of APIs, accounts, keys and constraints
//	clusterJudge     verdicts on clusters and node pools
type judge struct {
	*planned
	*permissionJudge
	*stateJudge
	*clusterJudge
}

type names struct{ *resources }

// A forecast says what the plan does.
type forecast struct {
	*names
	plan          *plan.Plan
	policyChanges []plan.PolicyChange
	denyChanges   []plan.DenyChange
	roleChanges   []plan.RoleChange
}

type effects struct{ *forecast }

type evaluator struct {
	*effects
	of *Case
}

type timelines struct{ *evaluator }

type planned struct{ *timelines }

type permissionJudge struct{ *planned }

type stateJudge struct{ *planned }

type clusterJudge struct{ *planned }

// newJudge returns a judge of the needs of a case, by the facts that r reads.
func newJudge(r *resources, fc *forecast, of *Case) *judge {
	fc.names = &names{r}
	pl := &planned{&timelines{&evaluator{effects: &effects{fc}, of: of}}}
	return &judge{pl, &permissionJudge{pl}, &stateJudge{pl}, &clusterJudge{pl}}
}

// denials returns the deny policies that bear on all needs.
func (r *resources) denials() *denials {
	if r.denied != nil {
		return r.denied
	}
	before := r.missing
	r.missing = nil
	d := readDenials(r.permissionProjects, r.reader)
	if !r.isPending() {
		r.denied = d
	}
	r.missing = append(before, r.missing...)
	return d
}

// verdict judges a need.
func (j *judge) verdict(n need.Need) Verdict {
	if n.UndeterminedReason != "" {
		return newVerdict(n).undetermined(say(verbatim, n.UndeterminedReason))
	}
	switch n.Kind {
	case need.PlanOnly:
		return stated(n, newVerdict(n))
	case need.ProgramOnPath:
		return j.onPath(n, newVerdict(n))
	case need.TokenNotExpired:
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
	if n.Satisfied {
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
	if e := facts.AsError(err); err == nil || !e.Denied() && !e.NotFound() {
		return Statement{}
	}
	_, other := j.servicesOf(project)
	if e := facts.AsError(other); other == nil || !e.Denied() && !e.NotFound() {
		return Statement{}
	}
	return say(projectInvisible, project, facts.AsError(err).Error())
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
	case need.SharedVPCAttachment:
		f = j.attached(n, f)
	case need.Key:
		f = j.keyUsable(n, f)
	case need.OrgPolicyNotEnforced:
		f = j.unconstrained(n, f)
	case need.ClusterNameFree:
		f = j.free(n, f)
	case need.NodePoolNameFree:
		f = j.poolFree(n, f)
	case need.Existing:
		f = j.present(n, f)
	case need.NoRunningOperation, need.ClusterHealthy, need.NoPendingRecreation:
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
func (sj *stateJudge) service(n need.Need, f Verdict) Verdict {
	services, err := sj.servicesOf(n.Project)
	state := services.State[n.Service]
	if err == nil && state == facts.ServiceEnabled {
		f = f.evident("services.batchGet", n.Resource, n.Service+" is ENABLED")
		switch off, order := sj.inTheWay(n, sj.changes(n, sj.turnsOff)); {
		case len(off) > 0 && order == plan.OrderUnknown:
			f.TakenAwayBy = addresses(off)
			return f.undetermined(say(disableOrderUnseen, whatTurnsOff(off, n), list(f.TakenAwayBy)))
		case len(off) > 0:
			return sj.takenAway(n, f, off, whatTurnsOff(off, n))
		}
		f.Outcome = finding.Pass
		f.Message = say(serviceOn, n.Service, n.Project)
		return f
	}
	if on := sj.changes(n, sj.turnsOn); len(on) > 0 {
		return sj.provided(n, f, on, say(theService, n.Service, n.Project))
	}
	if also := sj.bringsCompute(n); len(also) > 0 {
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
func (sj *stateJudge) usable(n need.Need, f Verdict) Verdict {
	email := emailOf(n.Principal.Member)
	if gone := sj.changes(n, sj.disposesOf); len(gone) > 0 {
		return sj.takenAway(n, f, gone, say(accountRemoved, email))
	}
	if again := sj.changes(n, sj.remakesAccount); len(again) > 0 {
		return sj.provided(n, f, again, say(accountReplaced, email))
	}
	project := n.Project
	if isUniqueID(email) {
		project = "-"
	}
	account, err := sj.account(project, email)
	if made := sj.changes(n, sj.makesAccount); len(made) > 0 && (err != nil || account.Disabled) {
		return sj.provided(n, f, made, say(theAccount, email))
	}
	if err != nil {
		return sj.unusable(n, f, err)
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

func (sj *stateJudge) unusable(n need.Need, f Verdict, err error) Verdict {
	email := emailOf(n.Principal.Member)
	// With - in place of the project a missing account answers 403, and a 404
	// would prove nothing about one that lives elsewhere.
	// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
	if facts.AsError(err).NotFound() && !isUniqueID(email) {
		f = f.evident("serviceAccounts.get", n.Resource, "404 not found")
		return f.failed(n, say(accountMissing, email))
	}
	return f.undetermined(because(err, "whether service account "+email+" exists", "iam.serviceAccounts.get", "roles/iam.serviceAccountViewer"))
}
