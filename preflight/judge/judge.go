package judge

import (
	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/need"
)

// A judge returns verdicts on needs. It does no I/O: its reader records which facts
// are missing. It consists of parts, each of which uses those before it:
//
//	reader           facts, and what is missing
//	resources        resources and their policies
//	names            whether two names are of the same resource
//	forecast         what the plan does to policies, roles and deny policies
//	effects          what the plan does to APIs, accounts, keys and attachments
//	evaluator        what policies say about a permission
//	timelines        permissions now, when they are needed, and after apply
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

// newJudge returns a judge of the needs of a case. It uses the facts that r reads.
func newJudge(r *resources, fc *forecast, of *Case) *judge {
	fc.names = &names{r}
	pl := &planned{&timelines{&evaluator{effects: &effects{fc}, input: of}}}
	return &judge{pl, &permissionJudge{pl}, &stateJudge{pl}, &clusterJudge{pl}}
}

// verdict returns the verdict on n. It is meaningless while questions are missing.
func (j *judge) verdict(n need.Need) Verdict {
	if n.UndeterminedReason != "" {
		return newVerdict(n).undetermined(say(verbatim, n.UndeterminedReason))
	}
	switch n.Kind {
	case need.PlanOnly:
		return planOnlyVerdict(n, newVerdict(n))
	case need.ProgramOnPath:
		return j.programVerdict(n, newVerdict(n))
	case need.TokenNotExpired:
		return j.tokenVerdict(n, newVerdict(n))
	}
	v := j.withCaller(newVerdict(n))
	why := j.invisibilityReason(n.Project)
	if j.isPending() {
		return v
	}
	if why.Code != "" {
		return j.invisibleProjectVerdict(n, v, why)
	}
	return j.withAccessBoundaries(n, j.verdictByKind(n, v))
}

// planOnlyVerdict returns the verdict on a need that the plan alone decides.
func planOnlyVerdict(n need.Need, v Verdict) Verdict {
	if n.Satisfied {
		return v.pass(say(verbatim, n.Message))
	}
	return v.fail(n, say(verbatim, n.Message))
}

// withCaller returns v with the owner of the ambient credentials as its principal,
// if v is about the deployer and the plan does not name one.
func (j *judge) withCaller(v Verdict) Verdict {
	if v.Principal == nil || v.Principal.Kind != need.Deployer || v.Principal.Member != "" {
		return v
	}
	if id, err := j.identityOfCaller(*v.Principal); err == nil {
		v.Principal = &need.Principal{Kind: need.Deployer, Member: memberOf(id.Email)}
	}
	return v
}

// invisibilityReason says why nothing in a project can be read; empty if something
// can.
func (j *judge) invisibilityReason(project string) Statement {
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

// verdictByKind returns the verdict of the part that judges needs of n's kind.
func (j *judge) verdictByKind(n need.Need, v Verdict) Verdict {
	switch n.Kind {
	case need.Service:
		v = j.serviceVerdict(n, v)
	case need.Account:
		v = j.accountVerdict(n, v)
	case need.Permissions:
		v = j.permissionsVerdict(n, v)
	case need.SharedVPCAttachment:
		v = j.attachmentVerdict(n, v)
	case need.Key:
		v = j.keyVerdict(n, v)
	case need.OrgPolicyNotEnforced:
		v = j.constraintVerdict(n, v)
	case need.ClusterNameFree:
		v = j.clusterNameVerdict(n, v)
	case need.NodePoolNameFree:
		v = j.nodePoolNameVerdict(n, v)
	case need.Existing:
		v = j.existsVerdict(n, v)
	case need.NoRunningOperation, need.ClusterHealthy, need.NoPendingRecreation:
		v = j.existingClustersVerdict(n, v)
	}
	return v
}
