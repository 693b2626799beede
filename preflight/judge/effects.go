package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/fix"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// provided is the finding of what is not there now and which changes of the
// plan provide: in time, if everything that needs it waits for one of them.
func (pl *planned) provided(n need.Need, f Verdict, by []*plan.Change, what any) Verdict {
	f.PlannedBy = addresses(by)
	if by = pl.certain(n, by); len(by) == 0 {
		return f.undetermined(say(mayBeProvided, what, list(f.PlannedBy)))
	}
	f.PlannedBy = addresses(by)
	least := plan.Unordered
	for _, c := range by {
		if o := order(c, pl.causes(n)); o == plan.Ordered || least == plan.Unordered {
			least = o
		}
		if least == plan.Ordered {
			break
		}
	}
	switch least {
	case plan.Ordered:
		f.Outcome = finding.Pass
		f.Message = say(provided, what)
		f.Reason = say(propagationTakes)
		return f
	case plan.OrderUnknown:
		return f.undetermined(say(orderUnseen, what, list(f.PlannedBy), list(addresses(pl.causes(n)))))
	}
	return f.race(n, what, addresses(pl.causes(n)))
}

// race is the finding of what the plan provides, and those that need it do not
// wait for.
func (f Verdict) race(n need.Need, what any, impatient []string) Verdict {
	f.Rule, f.Need, f.Outcome = need.RuleUnordered, n, finding.Fail
	f.Message = say(unordered, what, list(impatient), n.Rule)
	f.Terraform = fix.DependsOn(blocksOf(impatient), blocksOf(f.PlannedBy))
	return f
}

// blocksOf returns the configuration blocks of resource addresses.
func blocksOf(addresses []string) []string {
	blocks := make([]string, len(addresses))
	for i, a := range addresses {
		blocks[i] = plan.BlockOf(a)
	}
	return blocks
}

// against makes f a finding of the plan against itself. Taking away what is
// there is never meant, so it is an error even where its lack would only be
// worth a warning.
func (f Verdict) against(n need.Need) Verdict {
	f.Rule, f.Need, f.Outcome = need.RuleRemoved, n, finding.Fail
	if n.Severity != need.Note {
		f.Severity = need.Error
	}
	return f
}

// takenAway is the finding of what is there now and the plan takes away.
func (pl *planned) takenAway(n need.Need, f Verdict, by []*plan.Change, message Statement) Verdict {
	f.TakenAwayBy = addresses(by)
	if len(pl.certain(n, by)) == 0 && !slices.ContainsFunc(by, func(c *plan.Change) bool { return pl.surelyTakes(c, n) }) {
		return f.undetermined(say(mayBeRemoved, list(f.TakenAwayBy)))
	}
	f = f.against(n)
	f.Message = say(inRule, message, n.Rule)
	return f
}

// unseen is the finding about a project that cannot be seen. One that the same
// plan makes has what Google puts into new projects and what the plan adds.
func (pl *planned) unseen(n need.Need, f Verdict, why Statement) Verdict {
	made := pl.changes(n, makesProject)
	if len(made) == 0 {
		return f.undetermined(why)
	}
	if n.Kind == need.Service {
		if on := pl.changes(n, pl.turnsOn); len(on) > 0 {
			return pl.provided(n, f, on, say(theService, n.Service, n.Project))
		}
	}
	if by := pl.bringsAgent(n); len(by) > 0 && n.Principal.Kind != need.Deployer {
		return pl.brought(n, f, by)
	}
	if on := pl.changes(n, pl.attaches); n.Kind == need.SharedVPCAttachment && len(on) > 0 {
		return pl.provided(n, f, on, say(theAttachment, n.Project, n.Expect))
	}
	f.PlannedBy = addresses(made)
	if n.Kind == need.ClusterNameFree {
		f.Outcome, f.Message = finding.Pass, say(projectNewWithoutClusters, n.Project)
		return f
	}
	return f.undetermined(say(projectPlanned, n.Project, list(f.PlannedBy)))
}

// bringsAgent are the changes that turn on the API that makes a Google-managed
// account and gives it its role. Roles of the Compute Engine default service
// account depend on an organisation policy, so only its existence follows.
// https://docs.cloud.google.com/iam/docs/service-agents
func (pl *planned) bringsAgent(n need.Need) []*plan.Change {
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
		out = append(out, pl.changes(n, pl.turnsOn)...)
	}
	return out
}

// brought is the finding of a Google-managed account that the plan's turning on
// of an API makes, with its role, unless the plan takes that role again.
func (pl *planned) brought(n need.Need, f Verdict, by []*plan.Change) Verdict {
	takers, sure := pl.takersOfBrought(n, by[0])
	if len(takers) == 0 || n.Kind != need.Permissions {
		return pl.provided(n, f, by, who(n.Principal))
	}
	f.TakenAwayBy = addresses(takers)
	what := "the role that " + who(n.Principal) + " gets when its API is turned on in project " + n.Project
	if !sure || pl.givesAnything(n) {
		f.PlannedBy = addresses(by)
		return f.undetermined(say(agentRoleMayGo, what, list(f.TakenAwayBy)))
	}
	f = f.against(n)
	f.Message = say(agentRoleRemoved, what, n.Rule)
	f.Terraform = pl.keep(f.TakenAwayBy, n.Principal.Member, n.Fix.Role, n.Permissions)
	return f
}

// again is the finding of an agent whose API the plan turns on again. Whether
// that gives back a role that was taken is documented for GKE's agent alone.
// https://docs.cloud.google.com/kubernetes-engine/docs/troubleshooting/4xx-errors
func (pj *permissionJudge) again(n need.Need, f Verdict, by []*plan.Change) Verdict {
	f = pj.fromPolicies(n, f)
	if f.Outcome != finding.Fail || f.Rule == need.RuleRemoved {
		return f
	}
	f.PlannedBy = addresses(by)
	return f.open(say(agentRoleUnsure, n.Project, list(f.PlannedBy), who(*f.Principal)))
}

// onBefore reports whether the Compute Engine API of a project was on before:
// an account that it makes is in the project's policy.
func (pl *planned) onBefore(n need.Need) bool {
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

// takersOfBrought are the changes that may take the role of an agent after a
// change has brought it, and whether that is sure.
func (pl *planned) takersOfBrought(n need.Need, by *plan.Change) (takers []*plan.Change, sure bool) {
	for _, role := range broughtRoles(n.Principal.Kind) {
		takers, sure = nil, false
		gift := iam.Binding{Role: role, Members: []string{n.Principal.Member}}
		for _, pc := range pl.policyChanges {
			is := pl.matchPolicy(pc, projectName(n.Project))
			if is == resource.Different || follows(by, pc.Change) {
				continue
			}
			if takes := pl.edit(pc, projectName(n.Project), is).Removes(gift, n.Principal.Member); takes != iam.No {
				takers, sure = append(takers, pc.Change), sure || takes == iam.Yes
			}
		}
		if len(takers) == 0 {
			return nil, false
		}
	}
	return takers, sure
}

// broughtRoles are those that Google gives to an account that it makes: one of
// them.
// https://docs.cloud.google.com/iam/docs/service-agents
func broughtRoles(kind need.PrincipalKind) []string {
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

// givesAnything reports whether the plan gives the principal of a need a role
// in the project, or may.
func (pl *planned) givesAnything(n need.Need) bool {
	return slices.ContainsFunc(pl.policyChanges, func(pc plan.PolicyChange) bool {
		is := pl.matchPolicy(pc, projectName(n.Project))
		return is != resource.Different && pc.Effect != plan.RemovesMembers && pc.Effect != plan.RemovesDefaultAccounts &&
			slices.ContainsFunc(pl.edit(pc, projectName(n.Project), is).Bindings, func(b iam.Binding) bool {
				return slices.ContainsFunc(b.Members, func(m string) bool { return m == n.Principal.Member || strings.HasPrefix(m, "unknown:") })
			})
	})
}

// bringsCompute are the changes that turn on the Kubernetes Engine API, where a
// need is for the Compute Engine API, on which it depends.
func (pl *planned) bringsCompute(n need.Need) []*plan.Change {
	if n.Service != "compute.googleapis.com" {
		return nil
	}
	n.Service = "container.googleapis.com"
	return pl.changes(n, pl.turnsOn)
}

// apiOff reports whether the API that makes the principal of a need is known
// to be off.
func (pl *planned) apiOff(n need.Need) bool {
	api := "compute.googleapis.com"
	if n.Principal.Kind == need.GKEServiceAgent || n.Principal.Kind == need.GKENodeServiceAgent {
		api = "container.googleapis.com"
	}
	services, err := pl.servicesOf(n.Project)
	return err == nil && services.State[api] == facts.ServiceDisabled
}

// changes are the changes of the plan that have, or may have, an effect on a
// need.
func (fc *forecast) changes(n need.Need, effect func(*plan.Change, need.Need) bool) []*plan.Change {
	var out []*plan.Change
	for _, c := range fc.plan.Changes {
		if c.Mode == "managed" && effect(c, n) {
			out = append(out, c)
		}
	}
	return out
}

// certain are the changes whose object is known before apply, so that they
// surely have the effect on n that they were picked for.
func (ef *effects) certain(n need.Need, changes []*plan.Change) []*plan.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c *plan.Change) bool {
		is := func(v plan.Value, project string) bool { return ef.valueIsProject(v, project) == resource.Same }
		switch c.Type {
		case "google_project_service":
			return ef.inProject(c, n.Project) != resource.Same || c.Latest("service").State != plan.Known
		case "google_service_account":
			was := c.Replaces() && ef.match(resource.Parse(c.EmailBefore()), resource.Parse(n.Principal.Member)) == resource.Same
			return ef.concernsAccount(c, n) != resource.Same && !was || c.Latest("disabled").State == plan.Unknown
		case "google_kms_crypto_key_version":
			return true // Which version is the primary one is not known.
		case "google_project":
			return c.Latest("project_id").State != plan.Known
		case "google_compute_shared_vpc_service_project":
			return !is(c.Latest("service_project"), n.Project) || !is(c.Latest("host_project"), n.Expect)
		case "google_compute_shared_vpc_host_project":
			return !is(c.Latest("project"), n.Expect)
		case "google_kms_crypto_key":
			was := ef.match(resource.Parse(c.KeyBefore()), resource.Parse(n.Resource))
			return ef.concernsKey(c, n) != resource.Same && was != resource.Same
		}
		return ef.inProject(c, n.Project) != resource.Same || c.Latest("action").State != plan.Known
	})
}

// isProjectBefore says whether the project that a change destroys or replaces is a
// given one. Its number counts where that is given: both stand in the state.
func (nm *names) isProjectBefore(c *plan.Change, project string) resource.Match {
	if isNumber := resource.ParseProject(project).IsNumber(); isNumber && c.Before("number").String() != "" {
		return nm.valueIsProject(c.Before("number"), project)
	}
	return nm.valueIsProject(c.Before("project_id"), project)
}

// surelyTakes reports whether a change that replaces an API of a project or an
// attachment surely ends what a need is for: what the state has is that, and what
// comes is something else.
func (ef *effects) surelyTakes(c *plan.Change, n need.Need) bool {
	is := func(attribute, project string) bool {
		return ef.valueIsProject(c.Before(attribute), project) == resource.Same
	}
	if c.Type == "google_project" {
		return c.Before("deletion_policy").String() == "DELETE" && ef.isProjectBefore(c, n.Project) == resource.Same
	}
	if !c.Replaces() || c.DestroysBeforeCreate() && (ef.turnsOn(c, n) || ef.attaches(c, n)) {
		return false
	}
	switch c.Type {
	case "google_project_service":
		return is("project", n.Project)
	case "google_compute_shared_vpc_service_project":
		return is("service_project", n.Project) && is("host_project", n.Expect)
	case "google_compute_shared_vpc_host_project":
		return is("project", n.Expect) && c.After("project").State == plan.Known
	}
	return false
}

// restores reports whether a change surely makes again what it destroys: the same
// API or attachment, however its projects are written.
func (ef *effects) restores(c *plan.Change, n need.Need) bool {
	return c.DestroysBeforeCreate() && (ef.turnsOn(c, n) || ef.attaches(c, n)) && len(ef.certain(n, []*plan.Change{c})) > 0
}

// unlessDenied is a finding about permissions, unless the plan changes what is
// not judged and may take them away: then what passes is not known.
func (pl *planned) unlessDenied(n need.Need, f Verdict) Verdict {
	if n.Kind != need.Permissions || f.Outcome != finding.Pass {
		return f
	}
	if by := addresses(pl.changes(n, bounds)); len(by) > 0 {
		f.PlannedBy, f.Message = nil, Statement{}
		return f.undetermined(say(boundariesChange, list(by)))
	}
	return f
}

// bounds reports whether a change makes or binds a policy that takes permissions
// away and that is not judged: a principal access boundary, which counts only
// once it is bound to principals, or an access policy, which may also deny, and
// allows what is gone when it is deleted.
// https://docs.cloud.google.com/iam/docs/principal-access-boundary-policies
// https://github.com/hashicorp/terraform-provider-google/tree/main/google/services/iam3
func bounds(c *plan.Change, _ need.Need) bool {
	makes := c.Creates() || c.Updates()
	switch c.Type {
	case "google_iam_principal_access_boundary_policy", "google_iam_access_boundary_policy":
		return makes
	case "google_iam_project_access_policy", "google_iam_folder_access_policy", "google_iam_organization_access_policy":
		return makes || c.Deletes()
	case "google_iam_projects_policy_binding", "google_iam_folders_policy_binding", "google_iam_organizations_policy_binding":
		return makes || c.Deletes() && c.Before("policy_kind").String() != "PRINCIPAL_ACCESS_BOUNDARY"
	}
	return false
}

func addresses(changes []*plan.Change) []string {
	var out []string
	for _, c := range changes {
		out = union(out, c.Address)
	}
	slices.Sort(out)
	return out
}

func makesProject(c *plan.Change, n need.Need) bool {
	return c.Type == "google_project" && c.Creates() && concerns(c.After("project_id"), n.Project)
}

func (ef *effects) turnsOn(c *plan.Change, n need.Need) bool {
	return c.Type == "google_project_service" && c.Creates() && ef.inProject(c, n.Project) != resource.Different && concerns(c.After("service"), n.Service)
}

// turnsOff: an API that goes stays on unless disable_on_destroy says otherwise. One
// that is replaced by the same API, however its project is written, is on again.
// https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/google_project_service.html.markdown
func (ef *effects) turnsOff(c *plan.Change, n need.Need) bool {
	if c.Type == "google_project" {
		return c.Deletes() && ef.isProjectBefore(c, n.Project) != resource.Different
	}
	if c.Type != "google_project_service" || !c.Deletes() || !c.Before("disable_on_destroy").IsTrue() ||
		ef.wasInProject(c, n.Project) == resource.Different || ef.restores(c, n) {
		return false
	}
	// The Kubernetes Engine API depends on the Compute Engine API.
	dependent := n.Service == "container.googleapis.com" && c.Before("service").String() == "compute.googleapis.com" &&
		c.Before("disable_dependent_services").IsTrue()
	return dependent || concerns(c.Before("service"), n.Service)
}

// whatTurnsOff says what the changes that turn off an API do.
func whatTurnsOff(off []*plan.Change, n need.Need) Statement {
	if !slices.ContainsFunc(off, func(c *plan.Change) bool { return c.Type != "google_project" }) {
		return say(projectRemoved, n.Project, n.Service)
	}
	return say(serviceDisabledByPlan, n.Service, n.Project)
}

// inTheWay leaves out the changes that begin once all that has a need is destroyed:
// Terraform destroys in the reverse order of what waits for what. The order of the
// changes left is Unseen if the plan does not show that any of them comes too early.
// https://developer.hashicorp.com/terraform/internals/graph
func (ef *effects) inTheWay(n need.Need, changes []*plan.Change) ([]*plan.Change, plan.Order) {
	causes := ef.causes(n)
	if len(causes) == 0 || slices.ContainsFunc(causes, func(c *plan.Change) bool { return !c.IsDestroyed() }) {
		return changes, plan.Unordered
	}
	var left []*plan.Change
	least := plan.OrderUnknown
	for _, c := range changes {
		at := plan.Unordered
		if c.IsDestroyed() {
			at = order(c, causes)
		}
		if at != plan.Ordered {
			left, least = append(left, c), min(least, at)
		}
	}
	return left, least
}

func (ef *effects) makesAccount(c *plan.Change, n need.Need) bool {
	return c.Type == "google_service_account" && (c.Creates() || c.Updates()) && !c.After("disabled").IsTrue() &&
		ef.concernsAccount(c, n) != resource.Different
}

// remakesAccount reports whether a change destroys an account and makes one of the
// same email.
func (ef *effects) remakesAccount(c *plan.Change, n need.Need) bool {
	return c.Replaces() && ef.makesAccount(c, n) && ef.wasAccount(c, n)
}

// wasAccount reports whether a change begins with the account of a need.
func (ef *effects) wasAccount(c *plan.Change, n need.Need) bool {
	return ef.match(resource.Parse(c.EmailBefore()), resource.Parse(n.Principal.Member)) != resource.Different
}

// disposesOf: google_project_default_service_accounts acts on all default
// accounts of its project.
func (ef *effects) disposesOf(c *plan.Change, n need.Need) bool {
	switch c.Type {
	case "google_service_account":
		if c.Replaces() && c.EmailBefore() != "" && !strings.EqualFold(c.EmailBefore(), c.AccountEmail()) {
			// Another account takes its place.
			return ef.wasAccount(c, n)
		}
		disabled := c.After("disabled")
		mayEnd := c.IsDestroyed() || disabled.IsTrue() || c.Updates() && disabled.State == plan.Unknown
		return mayEnd && ef.concernsAccount(c, n) != resource.Different
	case "google_project_default_service_accounts":
		action := c.After("action")
		return c.Creates() && n.Principal.Kind == need.ComputeDefaultServiceAccount && ef.inProject(c, n.Project) != resource.Different &&
			(action.String() == "DISABLE" || action.String() == "DELETE" || action.State == plan.Unknown)
	}
	return false
}

// concerns reports whether a value is, or may be, the given one.
func concerns(v plan.Value, want string) bool {
	return v.State == plan.Unknown || v.String() == want || strings.HasSuffix(v.String(), "/"+want)
}

// concernsAccount says whether a change is about the account of a need.
func (ef *effects) concernsAccount(c *plan.Change, n need.Need) resource.Match {
	known := resource.Parse(c.AccountEmail())
	if known.IsZero() {
		return resource.MaybeSame
	}
	return ef.match(known, resource.Parse(n.Principal.Member))
}
