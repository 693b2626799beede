package judge

import (
	"slices"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
)

// disableStatement says how the changes in off disable an API.
func disableStatement(off []*plan.Change, n need.Need) Statement {
	if !slices.ContainsFunc(off, func(c *plan.Change) bool { return c.Type != "google_project" }) {
		return say(projectRemoved, n.Project, n.Service)
	}
	return say(serviceDisabledByPlan, n.Service, n.Project)
}

// A stateJudge returns verdicts on everything that is neither a permission nor a
// cluster: APIs, service accounts, Cloud KMS keys, Shared VPC attachments,
// organization policy constraints, and the programs and tokens of the machine that
// runs apply. Each kind compares the current state with the plan's changes to it,
// which effects finds and planned judges.
type stateJudge struct{ *planned }

// serviceVerdict returns the verdict on whether an API is enabled when it is
// needed: it must be enabled now and stay so, or be enabled by the plan in time.
func (sj *stateJudge) serviceVerdict(n need.Need, v Verdict) Verdict {
	services, err := sj.servicesOf(n.Project)
	state := services.State[n.Service]
	if err == nil && state == facts.ServiceEnabled {
		v = v.withEvidence("services.batchGet", n.Resource, n.Service+" is ENABLED")
		switch off, order := sj.earlyRemovals(n, sj.changesAffecting(n, sj.disablesService)); {
		case len(off) > 0 && order == plan.OrderUnknown:
			v.RemovedBy = addresses(off)
			return v.undetermined(say(disableOrderUnknown, disableStatement(off, n), joinNames(v.RemovedBy)))
		case len(off) > 0:
			return sj.removedVerdict(n, v, off, disableStatement(off, n))
		}
		return v.pass(say(serviceEnabled, n.Service, n.Project))
	}
	if on := sj.changesAffecting(n, sj.enablesService); len(on) > 0 {
		return sj.plannedVerdict(n, v, on, say(serviceNoun, n.Service, n.Project))
	}
	if also := sj.gkeEnablements(n); len(also) > 0 {
		return v.undetermined(say(computeMayBeEnabledWithGKE, joinNames(addresses(also))))
	}
	if err != nil {
		return v.undetermined(readFailure(err, "read the state of "+n.Service+" in project "+n.Project, "serviceusage.services.get", "roles/serviceusage.serviceUsageViewer"))
	}
	if state == facts.ServiceDisabled {
		v = v.withEvidence("services.batchGet", n.Resource, n.Service+" is DISABLED")
		return v.fail(n, say(serviceDisabled, n.Service, n.Project))
	}
	return v.undetermined(say(serviceStateUnknown, n.Service, n.Project))
}
