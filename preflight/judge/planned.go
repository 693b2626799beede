package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

type planned struct{ *timelines }

// plannedVerdict returns the verdict on what is not there now and which changes of the
// plan provide: in time, if everything that needs it waits for one of them.
func (pl *planned) plannedVerdict(n need.Need, v Verdict, by []*plan.Change, what any) Verdict {
	v.PlannedBy = addresses(by)
	if by = pl.withKnownTarget(n, by); len(by) == 0 {
		return v.undetermined(say(mayBeProvided, what, joinNames(v.PlannedBy)))
	}
	v.PlannedBy = addresses(by)
	least := plan.Unordered
	for _, c := range by {
		if o := order(c, pl.causesOf(n)); o == plan.Ordered || least == plan.Unordered {
			least = o
		}
		if least == plan.Ordered {
			break
		}
	}
	switch least {
	case plan.Ordered:
		v.Outcome = finding.Pass
		v.Message = say(plannedInTime, what)
		v.Reason = say(propagationDelay)
		return v
	case plan.OrderUnknown:
		return v.undetermined(say(orderUnknown, what, joinNames(v.PlannedBy), joinNames(addresses(pl.causesOf(n)))))
	}
	return v.missingDependency(n, what, addresses(pl.causesOf(n)))
}

// removedVerdict returns the verdict on what is there now and the plan removes.
func (pl *planned) removedVerdict(n need.Need, v Verdict, by []*plan.Change, message Statement) Verdict {
	v.RemovedBy = addresses(by)
	if len(pl.withKnownTarget(n, by)) == 0 && !slices.ContainsFunc(by, func(c *plan.Change) bool { return pl.isCertainRemoval(c, n) }) {
		return v.undetermined(say(mayBeRemoved, joinNames(v.RemovedBy)))
	}
	v = v.selfInflicted(n)
	v.Message = say(withRule, message, n.Rule)
	return v
}

// invisibleProjectVerdict returns the verdict on a project that cannot be seen. One that the same
// plan makes has what Google puts into new projects and what the plan adds.
func (pl *planned) invisibleProjectVerdict(n need.Need, v Verdict, why Statement) Verdict {
	made := pl.changesAffecting(n, createsProject)
	if len(made) == 0 {
		return v.undetermined(why)
	}
	if n.Kind == need.Service {
		if on := pl.changesAffecting(n, pl.enablesService); len(on) > 0 {
			return pl.plannedVerdict(n, v, on, say(serviceNoun, n.Service, n.Project))
		}
	}
	if by := pl.enablementsCreatingAgent(n); len(by) > 0 && n.Principal.Kind != need.Deployer {
		return pl.agentCreatedByAPI(n, v, by)
	}
	if on := pl.changesAffecting(n, pl.attaches); n.Kind == need.SharedVPCAttachment && len(on) > 0 {
		return pl.plannedVerdict(n, v, on, say(attachmentNoun, n.Project, n.Expect))
	}
	v.PlannedBy = addresses(made)
	if n.Kind == need.ClusterNameFree {
		return v.pass(say(projectNewWithoutClusters, n.Project))
	}
	return v.undetermined(say(projectPlanned, n.Project, joinNames(v.PlannedBy)))
}

// enablementsCreatingAgent returns the changes that turn on the API that makes a Google-managed
// account and gives it its role. Roles of the Compute Engine default service
// account depend on an organization policy, so only its existence follows.
// https://docs.cloud.google.com/iam/docs/service-agents
func (pl *planned) enablementsCreatingAgent(n need.Need) []*plan.Change {
	if number, err := pl.number(n.Project); err == nil && !strings.Contains(n.Principal.Member, number) {
		// An agent of another project: that one's API counts, not this one's.
		return nil
	}
	var apis []string
	switch n.Principal.Kind {
	case need.GKEServiceAgent, need.GKENodeServiceAgent:
		apis = []string{"container.googleapis.com"}
	case need.GoogleAPIsServiceAgent, need.ComputeServiceAgent:
		// The Kubernetes Engine API turns on the Compute Engine API.
		apis = []string{"compute.googleapis.com", "container.googleapis.com"}
	case need.ComputeDefaultServiceAccount:
		if n.Kind == need.Account {
			apis = []string{"compute.googleapis.com", "container.googleapis.com"}
		}
	}
	var out []*plan.Change
	for _, api := range apis {
		n.Service = api
		out = append(out, pl.changesAffecting(n, pl.enablesService)...)
	}
	return out
}

// agentCreatedByAPI returns the verdict on a Google-managed account that the plan's turning on
// of an API makes, with its role, unless the plan takes that role again.
func (pl *planned) agentCreatedByAPI(n need.Need, v Verdict, by []*plan.Change) Verdict {
	takers, sure := pl.agentRoleRemovedBy(n, by[0])
	if len(takers) == 0 || n.Kind != need.Permissions {
		return pl.plannedVerdict(n, v, by, principalText(n.Principal))
	}
	v.RemovedBy = addresses(takers)
	what := "the role that " + principalText(n.Principal) + " gets when its API is enabled in project " + n.Project
	if !sure || pl.grantsAnyRole(n) {
		v.PlannedBy = addresses(by)
		return v.undetermined(say(agentRoleMayBeRemoved, what, joinNames(v.RemovedBy)))
	}
	v = v.selfInflicted(n)
	v.Message = say(agentRoleRemoved, what, n.Rule)
	v.Terraform = pl.keepGrants(v.RemovedBy, n.Principal.Member, n.Fix.Role, n.Permissions)
	return v
}

// wasComputeEnabled reports whether the Compute Engine API of a project was on before:
// an account that it makes is in the project's policy.
func (pl *planned) wasComputeEnabled(n need.Need) bool {
	if n.Principal.Kind != need.GoogleAPIsServiceAgent && n.Principal.Kind != need.ComputeServiceAgent {
		return false
	}
	number, err := pl.number(n.Project)
	if err != nil {
		return false
	}
	policy, err := pl.policy(projectName(n.Project))
	if err != nil {
		return false
	}
	made := []string{
		"serviceAccount:service-" + number + "@compute-system.iam.gserviceaccount.com", "serviceAccount:" + number + "-compute@developer.gserviceaccount.com",
		"serviceAccount:service-" + number + "@container-engine-robot.iam.gserviceaccount.com", "serviceAccount:" + number + "@cloudservices.gserviceaccount.com",
	}
	return slices.ContainsFunc(policy.Bindings, func(b iam.Binding) bool {
		return slices.ContainsFunc(b.Members, func(m string) bool { return slices.Contains(made, m) })
	})
}

// agentRoleRemovedBy returns the changes that may take the role of an agent after a
// change has brought it, and whether that is sure.
func (pl *planned) agentRoleRemovedBy(n need.Need, by *plan.Change) (takers []*plan.Change, sure bool) {
	for _, role := range defaultAgentRoles(n.Principal.Kind) {
		takers, sure = nil, false
		gift := iam.Binding{Role: role, Members: []string{n.Principal.Member}}
		for _, pc := range pl.policyChanges {
			is := pl.matchPolicy(pc, projectName(n.Project))
			if is == resource.Different || runsAfter(by, pc.Change) {
				continue
			}
			if takes := pl.policyEdit(pc, projectName(n.Project), is).Removes(gift, n.Principal.Member); takes != iam.No {
				takers, sure = append(takers, pc.Change), sure || takes == iam.Yes
			}
		}
		if len(takers) == 0 {
			return nil, false
		}
	}
	return takers, sure
}

// defaultAgentRoles returns those that Google gives to an account that it makes: one of
// them.
// https://docs.cloud.google.com/iam/docs/service-agents
func defaultAgentRoles(kind need.PrincipalKind) []string {
	switch kind {
	case need.GKEServiceAgent:
		return []string{"roles/container.serviceAgent"}
	case need.GKENodeServiceAgent:
		return []string{"roles/container.defaultNodeServiceAgent"}
	case need.GoogleAPIsServiceAgent:
		return []string{"roles/editor", "roles/compute.instanceGroupManagerServiceAgent"}
	case need.ComputeServiceAgent:
		return []string{"roles/compute.serviceAgent"}
	}
	return nil
}

// grantsAnyRole reports whether the plan gives the principal of a need a role
// in the project, or may.
func (pl *planned) grantsAnyRole(n need.Need) bool {
	return slices.ContainsFunc(pl.policyChanges, func(pc plan.PolicyChange) bool {
		is := pl.matchPolicy(pc, projectName(n.Project))
		return is != resource.Different && pc.Effect != plan.RemovesMembers && pc.Effect != plan.RemovesDefaultAccounts &&
			slices.ContainsFunc(pl.policyEdit(pc, projectName(n.Project), is).Bindings, func(b iam.Binding) bool {
				return slices.ContainsFunc(b.Members, func(m string) bool {
					_, isUnknown := iam.UnknownMemberSource(m)
					return isUnknown || m == n.Principal.Member
				})
			})
	})
}

// gkeEnablements returns the changes that turn on the Kubernetes Engine API, where a
// need is for the Compute Engine API, on which it depends.
func (pl *planned) gkeEnablements(n need.Need) []*plan.Change {
	if n.Service != "compute.googleapis.com" {
		return nil
	}
	n.Service = "container.googleapis.com"
	return pl.changesAffecting(n, pl.enablesService)
}

// isAgentAPIDisabled reports whether the API that makes the principal of a need is known
// to be off.
func (pl *planned) isAgentAPIDisabled(n need.Need) bool {
	api := "compute.googleapis.com"
	if n.Principal.Kind == need.GKEServiceAgent || n.Principal.Kind == need.GKENodeServiceAgent {
		api = "container.googleapis.com"
	}
	services, err := pl.servicesOf(n.Project)
	return err == nil && services.State[api] == facts.ServiceDisabled
}

// withAccessBoundaries returns a finding about permissions, unless the plan changes what is
// not judged and may take them away: then what passes is not known.
func (pl *planned) withAccessBoundaries(n need.Need, v Verdict) Verdict {
	if n.Kind != need.Permissions || v.Outcome != finding.Pass {
		return v
	}
	if by := addresses(pl.changesAffecting(n, changesAccessBoundary)); len(by) > 0 {
		v.PlannedBy, v.Message = nil, Statement{}
		return v.undetermined(say(accessBoundariesChanged, joinNames(by)))
	}
	return v
}
