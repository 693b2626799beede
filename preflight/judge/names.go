package judge

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// match compares a name in the plan with the name of a resource that a need is
// about.
func (nm *names) match(planned, asked resource.Name) resource.Match {
	m := planned.Compare(asked)
	switch {
	case m != resource.MaybeSame:
		return m
	case asked.Account() != "":
		return nm.matchAccount(planned, asked)
	}
	return nm.matchProject(planned.Project(), asked.Project())
}

// matchProject compares a project in the plan with the project of a need.
func (nm *names) matchProject(planned, asked resource.Project) resource.Match {
	m := planned.Compare(asked)
	if m != resource.MaybeSame {
		return m
	}
	id, number := planned, asked
	if planned.IsNumber() {
		id, number = asked, planned
	}
	if known := nm.numbers[id.String()]; known != "" {
		return number.Compare(resource.ParseProject(known))
	}
	// The project of the need is read in any case, so this costs no request.
	p, err := nm.project(asked.String())
	if isMissing(err) {
		return resource.MaybeSame
	}
	if err == nil {
		if planned.String() == p.ID || planned.String() == p.Number {
			return resource.Same
		}
		return resource.Different
	}
	if known, err := nm.number(id.String()); err == nil && known != "" {
		return number.Compare(resource.ParseProject(known))
	}
	return resource.MaybeSame
}

// projectsNotComparable says that it is not known whether a and b are the same
// project.
func projectsNotComparable(a, b string) string {
	return "could not determine whether " + a + " and " + b + " are the same project: grant roles/browser on both (resourcemanager.projects.get), or write both the same way"
}

// matchAccount compares service accounts that are given by email or unique ID, or
// by an email that contains a project ID instead of the number.
func (nm *names) matchAccount(planned, asked resource.Name) resource.Match {
	if one, other := resource.Parse(planned.Account()), resource.Parse(asked.Account()); !one.IsZero() && !other.IsZero() {
		return nm.matchProject(one.Project(), other.Project())
	}
	account, err := nm.account(asked.Project().String(), asked.Account())
	if asked.Project() == (resource.Project{}) {
		account, err = nm.account("-", asked.Account())
	}
	if err != nil {
		return resource.MaybeSame
	}
	if p := planned.Account(); p == account.UniqueID || strings.EqualFold(p, account.Email) {
		return resource.Same
	}
	return resource.Different
}

// matchChangeProject compares the project of a change with another one.
func (nm *names) matchChangeProject(c *plan.Change, project string) resource.Match {
	return nm.matchProjectValue(plan.Value{State: plan.Known, Raw: c.Project().ID}, project)
}

// matchPriorChangeProject compares the project of what a change destroys or
// replaces with another one.
func (nm *names) matchPriorChangeProject(c *plan.Change, project string) resource.Match {
	if v := c.Before("project"); v.String() != "" {
		return nm.matchProjectValue(v, project)
	}
	return nm.matchChangeProject(c, project)
}

// matchProjectValue compares a project in an attribute with another one. A value
// that is not known may be the same.
func (nm *names) matchProjectValue(v plan.Value, project string) resource.Match {
	if v.String() == "" {
		return resource.MaybeSame
	}
	return nm.matchProject(resource.ParseProject(v.String()), resource.ParseProject(project))
}

// matchRole says whether a custom role belongs to a project.
func (nm *names) matchRole(role, project string) resource.Match {
	in := resource.Parse(project)
	if !strings.Contains(role, "/roles/") || !in.IsProject() {
		return resource.Different
	}
	return nm.matchProject(resource.Parse(role).Project(), in.Project())
}

// roleNameIn returns the name of a role as policies of a project use it. They name
// the project of a custom role by its ID.
func (nm *names) roleNameIn(role, project string) string {
	if nm.matchRole(role, project) != resource.Same {
		return role
	}
	return nm.roleOfProject(role, project)
}

// roleOfProject returns the name of a custom role with the ID of its project.
func (nm *names) roleOfProject(role, project string) string {
	in := resource.Parse(project).Project()
	if in.IsNumber() {
		if p, err := nm.project(in.String()); err == nil {
			in = resource.ParseProject(p.ID)
		}
	}
	return resource.Parse(role).In(in).Relative()
}

// A names compares names of resources. A project has an ID and a number, and a
// service account an email and a unique ID. The plan may use one and the need the
// other. If the names alone do not decide, it uses what Google Cloud says about
// the project or account, and the result is MaybeSame if that is not known either.
type names struct{ *resources }

// matchPolicy reports whether a change is about the policy of a resource.
func (nm *names) matchPolicy(pc plan.PolicyChange, name string) resource.Match {
	if pc.Resource.IsZero() && hasSameKind(pc, name) {
		return resource.MaybeSame
	}
	return nm.match(pc.Resource, resource.Parse(name))
}

// canBeSame reports whether two relative names are, or may be, of the same
// resource.
func (nm *names) canBeSame(a, b string) bool {
	return nm.match(resource.Parse(a), resource.Parse(b)) != resource.Different
}

// matchDenyPolicy says whether a change is about a deny policy that is attached to
// a resource.
func (nm *names) matchDenyPolicy(d plan.DenyChange, name string) resource.Match {
	if d.Parent.IsZero() {
		return resource.MaybeSame
	}
	return nm.match(d.Parent, resource.Parse(name))
}

// resolveProjectNumber returns n with the project number in its names instead of
// the placeholder of resource.Number, if the number is known.
func (nm *names) resolveProjectNumber(n need.Need) need.Need {
	id, ok := resource.UnresolvedProject(n.Principal.Member + " " + n.Resource)
	if !ok {
		return n
	}
	number, err := nm.number(id)
	if err != nil || number == "" {
		return n
	}
	n.Principal.Member = resource.ResolveNumber(n.Principal.Member, id, number)
	n.Resource = resource.ResolveNumber(n.Resource, id, number)
	n.ExpectedError = resource.ResolveNumber(n.ExpectedError, id, number)
	return n
}

// resolveMembers returns members with project numbers instead of placeholders, as
// far as the numbers are known.
func (nm *names) resolveMembers(members []string) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = nm.resolveProjectNumber(need.Need{Principal: need.Principal{Member: m}}).Principal.Member
	}
	return out
}

// idAndNumberNames returns a relative name, and the same name with the other
// identifier of its project, if that is known.
func (nm *names) idAndNumberNames(name string) []string {
	parts := strings.SplitN(name, "/", 3)
	other := nm.otherProjectName(parts[1])
	if other == "" || other == parts[1] {
		return []string{name}
	}
	parts[1] = other
	return []string{name, strings.Join(parts, "/")}
}

// otherProjectName returns the number of a project given by ID, and the ID of one
// given by number; empty if it is not known.
func (nm *names) otherProjectName(project string) string {
	if !resource.ParseProject(project).IsNumber() {
		number, _ := nm.number(project)
		return number
	}
	p, _ := nm.project(project)
	return p.ID
}

// canBeOn reports whether on is the resource with a name, or may be because it is
// not known.
func (nm *names) canBeOn(on resource.Name, name string) bool {
	return on.IsZero() || nm.match(on, resource.Parse(name)) != resource.Different
}

// matchPriorProject compares the project that a change destroys or replaces with
// another one. The state has its ID and its number.
func (nm *names) matchPriorProject(c *plan.Change, project string) resource.Match {
	if isNumber := resource.ParseProject(project).IsNumber(); isNumber && c.Before("number").String() != "" {
		return nm.matchProjectValue(c.Before("number"), project)
	}
	return nm.matchProjectValue(c.Before("project_id"), project)
}

// hasSameKind reports whether a change whose resource is not known is about the
// same kind of resource as name.
func hasSameKind(pc plan.PolicyChange, name string) bool {
	kind := resource.KindOfPolicyType(pc.Type)
	return kind.HasPolicy() && kind.Collection == resource.KindOf(name).Collection
}
