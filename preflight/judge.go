package preflight

import (
	"fmt"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/fix"
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

// finding answers a need.
func (j *judge) finding(n need.Need) Finding {
	if n.Unknown != "" {
		return blank(n).undetermined(n.Unknown)
	}
	switch n.Kind {
	case need.Statement:
		return stated(n, blank(n))
	case need.OnPath:
		return j.onPath(n, blank(n))
	case need.Fresh:
		return j.fresh(n, blank(n))
	}
	f := j.named(blank(n))
	why := j.invisible(n.Project)
	if j.isPending() {
		return f
	}
	if why != "" {
		return j.unseen(n, f, why)
	}
	return j.unlessDenied(n, j.asked(n, f))
}

// stated is the finding of what the plan alone says.
func stated(n need.Need, f Finding) Finding {
	if n.Holds {
		f.Outcome, f.Message = Pass, n.Message
		return f
	}
	return f.failed(n, n.Message)
}

// named puts the identity behind the credentials at hand into a finding about
// the deployer.
func (j *judge) named(f Finding) Finding {
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
func (j *judge) invisible(project string) string {
	_, err := j.project(project)
	if e := asError(err); err == nil || !e.Denied() && !e.NotFound() {
		return ""
	}
	_, other := j.servicesOf(project)
	if e := asError(other); other == nil || !e.Denied() && !e.NotFound() {
		return ""
	}
	return "project " + project + " does not exist, or the deployer may not see it (" + asError(err).Error() + "); resourcemanager.projects.get (roles/browser) would tell"
}

// asked answers a need by asking.
func (j *judge) asked(n need.Need, f Finding) Finding {
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

// blank is the finding of a need before it is answered.
func blank(n need.Need) Finding {
	f := Finding{
		Rule:      n.Rule,
		Severity:  n.Severity,
		Addresses: n.Addresses,
		Attribute: n.Attribute,
		Resource:  n.Resource,
		Service:   n.Service,
		mayChange: mayChange(n),
	}
	if n.Principal.Kind != "" {
		f.Principal = &n.Principal
	}
	if n.Kind == need.Permissions {
		f.Permissions = &PermissionSet{Needed: n.Permissions}
	}
	return f
}

func (f Finding) undetermined(reason string) Finding {
	f.Outcome, f.Reason = Undetermined, reason
	if f.Permissions != nil && len(f.Permissions.Missing)+len(f.Permissions.Undetermined) == 0 {
		f.Permissions = &PermissionSet{Needed: f.Permissions.Needed, Undetermined: f.Permissions.Needed}
	}
	return f
}

func (f Finding) failed(n need.Need, message string) Finding {
	f.Outcome, f.Message = Fail, message
	if n.Severity == need.Error {
		// What does not stop apply prints nothing.
		f.ExpectedError = n.ExpectedError
	}
	f.Fix = fixOf(n, f)
	return f
}

// fixOf returns how to meet a need; nil if nothing is known to help.
func fixOf(n need.Need, f Finding) *Fix {
	commands, terraform := fix.For(n, memberToGrant(f))
	if len(commands) == 0 && terraform == "" {
		return nil
	}
	return &Fix{Commands: commands, Terraform: terraform}
}

// memberToGrant returns the member of the finding's principal; empty if it is not
// known.
func memberToGrant(f Finding) string {
	if f.Principal == nil || strings.Contains(f.Principal.Member, "{number:") {
		return ""
	}
	return f.Principal.Member
}

// consistent returns f without what only a failure has, if it is none. A need
// may fail by what is so now and pass by what the plan grants in time.
func (f Finding) consistent() Finding {
	if f.Outcome != Fail {
		f.ExpectedError = ""
	}
	if f.Outcome == Pass {
		f.Fix = nil
		if f.Permissions != nil {
			f.Permissions = &PermissionSet{Needed: f.Permissions.Needed}
		}
	}
	return f
}

func (f Finding) evident(method, resource, detail string) Finding {
	f.Evidence = append(f.Evidence, Evidence{Method: method, Resource: resource, Detail: detail})
	return f
}

// service answers whether an API is on when it is needed: now, and still or
// only then.
func (j *judge) service(n need.Need, f Finding) Finding {
	services, err := j.servicesOf(n.Project)
	state := services.State[n.Service]
	if err == nil && state == facts.ServiceEnabled {
		f = f.evident("services.batchGet", n.Resource, n.Service+" is ENABLED")
		switch off, order := j.inTheWay(n, j.changes(n, j.turnsOff)); {
		case len(off) > 0 && order == plan.Unseen:
			f.TakenAwayBy = addresses(off)
			return f.undetermined(whatTurnsOff(off, n) + " (" + list(f.TakenAwayBy) + "), and does not show whether it does that before what needs the API is destroyed")
		case len(off) > 0:
			return j.takenAway(n, f, off, whatTurnsOff(off, n))
		}
		f.Outcome = Pass
		f.Message = "the API " + n.Service + " is on in project " + n.Project
		return f
	}
	if on := j.changes(n, j.turnsOn); len(on) > 0 {
		return j.provided(n, f, on, n.Service+" in project "+n.Project)
	}
	if also := j.bringsCompute(n); len(also) > 0 {
		return f.undetermined("the plan turns on the Kubernetes Engine API (" + list(addresses(also)) + "), which turns on the Compute Engine API as far as is known: turn that on in the plan too")
	}
	if err != nil {
		return f.undetermined(because(err, "the state of "+n.Service+" in project "+n.Project, "serviceusage.services.get", "roles/serviceusage.serviceUsageViewer"))
	}
	if state == facts.ServiceDisabled {
		f = f.evident("services.batchGet", n.Resource, n.Service+" is DISABLED")
		return f.failed(n, "the API "+n.Service+" is off in project "+n.Project)
	}
	return f.undetermined("Google Cloud did not say whether " + n.Service + " is on in project " + n.Project)
}

// usable answers whether a service account exists and is enabled.
func (j *judge) usable(n need.Need, f Finding) Finding {
	email := emailOf(n.Principal.Member)
	if gone := j.changes(n, j.disposesOf); len(gone) > 0 {
		return j.takenAway(n, f, gone, "the plan deletes or disables service account "+email)
	}
	if again := j.changes(n, j.remakesAccount); len(again) > 0 {
		return j.provided(n, f, again, "service account "+email+", which it destroys and makes anew,")
	}
	project := n.Project
	if isUniqueID(email) {
		project = "-"
	}
	account, err := j.account(project, email)
	if made := j.changes(n, j.makesAccount); len(made) > 0 && (err != nil || account.Disabled) {
		return j.provided(n, f, made, "service account "+email)
	}
	if err != nil {
		return j.unusable(n, f, err)
	}
	f = f.evident("serviceAccounts.get", n.Resource, fmt.Sprintf("disabled: %t", account.Disabled))
	if account.Disabled {
		n.ExpectedError = ""
		n.Fix.Commands = []string{shell.Command("gcloud", "iam", "service-accounts", "enable", shell.Name(email), "--project="+n.Project)}
		return f.failed(n, "service account "+email+" is disabled: nodes that run as it do not register")
	}
	f.Outcome, f.Message = Pass, "service account "+email+" exists and is enabled"
	return f
}

func (j *judge) unusable(n need.Need, f Finding, err error) Finding {
	email := emailOf(n.Principal.Member)
	// With - in place of the project a missing account answers 403, and a 404
	// would prove nothing about one that lives elsewhere.
	// https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/get
	if asError(err).NotFound() && !isUniqueID(email) {
		f = f.evident("serviceAccounts.get", n.Resource, "404 not found")
		return f.failed(n, "service account "+email+" does not exist")
	}
	return f.undetermined(because(err, "whether service account "+email+" exists", "iam.serviceAccounts.get", "roles/iam.serviceAccountViewer"))
}
