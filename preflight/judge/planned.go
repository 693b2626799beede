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

// A planned returns verdicts that the plan decides: what is missing now, but
// provided in time, what is provided without a dependency, and what exists now,
// but is removed.
type planned struct{ *timelines }

// plannedVerdict returns the verdict on what is missing now and by provides. It
// passes if all resources that need it depend on one of these changes.
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

// removedVerdict returns the verdict on what exists now and by removes.
func (pl *planned) removedVerdict(n need.Need, v Verdict, by []*plan.Change, message Statement) Verdict {
	v.RemovedBy = addresses(by)
	if len(pl.withKnownTarget(n, by)) == 0 && !slices.ContainsFunc(by, func(c *plan.Change) bool { return pl.isCertainRemoval(c, n) }) {
		return v.undetermined(say(mayBeRemoved, joinNames(v.RemovedBy)))
	}
	v = v.selfInflicted(n)
	v.Message = say(withRule, message, n.Rule)
	return v
}

// invisibleProjectVerdict returns the verdict on a project that cannot be read. A
// project that the plan creates has the defaults of new projects and what the plan
// adds.
func (pl *planned) invisibleProjectVerdict(n need.Need, v Verdict, why Statement) Verdict {
	creations := pl.changesAffecting(n, createsProject)
	if len(creations) == 0 {
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
	v.PlannedBy = addresses(creations)
	if n.Kind == need.ClusterNameFree {
		return v.pass(say(projectNewWithoutClusters, n.Project))
	}
	return v.undetermined(say(projectPlanned, n.Project, joinNames(v.PlannedBy)))
}

// enablementsCreatingAgent returns the changes that enable an API, so that Google
// creates the service agent of n and grants its role. The roles of the Compute
// Engine default service account depend on an organization policy, so only its
// existence follows.
// https://docs.cloud.google.com/iam/docs/service-agents
func (pl *planned) enablementsCreatingAgent(n need.Need) []*plan.Change {
	if number, err := pl.number(n.Project); err == nil && !strings.Contains(n.Principal.Member, number) {
		// It is the service agent of another project, whose API counts.
		return nil
	}
	var apis []string
	switch n.Principal.Kind {
	case need.GKEServiceAgent, need.GKENodeServiceAgent:
		apis = []string{"container.googleapis.com"}
	case need.GoogleAPIsServiceAgent, need.ComputeServiceAgent:
		// Enabling the Kubernetes Engine API enables the Compute Engine API.
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

// agentCreatedByAPI returns the verdict on a service agent that Google creates,
// with its default role, when the plan enables an API, unless the plan also
// removes that role.
func (pl *planned) agentCreatedByAPI(n need.Need, v Verdict, by []*plan.Change) Verdict {
	removals, certain := pl.agentRoleRemovedBy(n, by[0])
	if len(removals) == 0 || n.Kind != need.Permissions {
		return pl.plannedVerdict(n, v, by, principalText(n.Principal))
	}
	v.RemovedBy = addresses(removals)
	what := "the role that " + principalText(n.Principal) + " gets when its API is enabled in project " + n.Project
	if !certain || pl.grantsAnyRole(n) {
		v.PlannedBy = addresses(by)
		return v.undetermined(say(agentRoleMayBeRemoved, what, joinNames(v.RemovedBy)))
	}
	v = v.selfInflicted(n)
	v.Message = say(agentRoleRemoved, what, n.Rule)
	v.Terraform = pl.keepGrants(v.RemovedBy, n.Principal.Member, n.Fix.Role, n.Permissions)
	return v
}

// wasComputeEnabled reports whether the Compute Engine API of a project was
// enabled before: the project's policy has an account that it creates.
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
	accounts := []string{
		"serviceAccount:service-" + number + "@compute-system.iam.gserviceaccount.com", "serviceAccount:" + number + "-compute@developer.gserviceaccount.com",
		"serviceAccount:service-" + number + "@container-engine-robot.iam.gserviceaccount.com", "serviceAccount:" + number + "@cloudservices.gserviceaccount.com",
	}
	return slices.ContainsFunc(policy.Bindings, func(b iam.Binding) bool {
		return slices.ContainsFunc(b.Members, func(m string) bool { return slices.Contains(accounts, m) })
	})
}

// agentRoleRemovedBy returns the changes that may remove the role of a service
// agent after by has created it, and whether one certainly does.
func (pl *planned) agentRoleRemovedBy(n need.Need, by *plan.Change) (removals []*plan.Change, certain bool) {
	for _, role := range defaultAgentRoles(n.Principal.Kind) {
		removals, certain = nil, false
		grant := iam.Binding{Role: role, Members: []string{n.Principal.Member}}
		for _, pc := range pl.policyChanges {
			is := pl.matchPolicy(pc, projectName(n.Project))
			if is == resource.Different || runsAfter(by, pc.Change) {
				continue
			}
			if takes := pl.policyEdit(pc, projectName(n.Project), is).Removes(grant, n.Principal.Member); takes != iam.No {
				removals, certain = append(removals, pc.Change), certain || takes == iam.Yes
			}
		}
		if len(removals) == 0 {
			return nil, false
		}
	}
	return removals, certain
}

// defaultAgentRoles returns the roles of which Google grants one to a new service
// agent.
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

// grantsAnyRole reports whether the plan grants, or may grant, the principal of n
// a role on the project.
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

// gkeEnablements returns the changes that enable the Kubernetes Engine API, if n
// is about the Compute Engine API, on which it depends.
func (pl *planned) gkeEnablements(n need.Need) []*plan.Change {
	if n.Service != "compute.googleapis.com" {
		return nil
	}
	n.Service = "container.googleapis.com"
	return pl.changesAffecting(n, pl.enablesService)
}

// isAgentAPIDisabled reports whether the API that creates the service agent of n
// is known to be disabled.
func (pl *planned) isAgentAPIDisabled(n need.Need) bool {
	api := "compute.googleapis.com"
	if n.Principal.Kind == need.GKEServiceAgent || n.Principal.Kind == need.GKENodeServiceAgent {
		api = "container.googleapis.com"
	}
	services, err := pl.servicesOf(n.Project)
	return err == nil && services.State[api] == facts.ServiceDisabled
}

// withAccessBoundaries returns v. A pass becomes undetermined if the plan changes
// policies that can block access and are not evaluated.
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
