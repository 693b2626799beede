package judge

import (
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// match reports whether a name in the plan is that of a resource that is asked
// about. Where the names alone do not tell, Google Cloud is asked about the
// project or the account.
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

// matchProject reports whether a project in the plan is one that is asked about.
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
	// The one that is asked about is looked up anyway.
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

// projectsNotComparable reports why it is not known whether two names are of one project.
func projectsNotComparable(a, b string) string {
	return "could not determine whether " + a + " and " + b + " are the same project: grant roles/browser on both (resourcemanager.projects.get), or write both the same way"
}

// matchAccount reports whether an email and a unique ID are of one account, or an
// email that the provider made with a project's number and the real one.
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

// matchChangeProject reports whether a change is made in a project.
func (nm *names) matchChangeProject(c *plan.Change, project string) resource.Match {
	return nm.matchProjectValue(plan.Value{State: plan.Known, Raw: c.Project().ID}, project)
}

// matchPriorChangeProject reports whether what a change destroys or replaces is in a project.
func (nm *names) matchPriorChangeProject(c *plan.Change, project string) resource.Match {
	if v := c.Before("project"); v.String() != "" {
		return nm.matchProjectValue(v, project)
	}
	return nm.matchChangeProject(c, project)
}

// matchProjectValue reports whether a value names a project. It may if it is not
// known.
func (nm *names) matchProjectValue(v plan.Value, project string) resource.Match {
	if v.String() == "" {
		return resource.MaybeSame
	}
	return nm.matchProject(resource.ParseProject(v.String()), resource.ParseProject(project))
}

// matchRole reports whether a custom role is one of a project, by the project's
// name.
func (nm *names) matchRole(role, project string) resource.Match {
	in := resource.Parse(project)
	if !strings.Contains(role, "/roles/") || !in.IsProject() {
		return resource.Different
	}
	return nm.matchProject(resource.Parse(role).Project(), in.Project())
}

// roleNameIn returns a role as the policy of a project names it: custom roles have the
// project's ID in their names, whatever a plan calls the project.
func (nm *names) roleNameIn(role, project string) string {
	if nm.matchRole(role, project) != resource.Same {
		return role
	}
	return nm.roleOfProject(role, project)
}

// roleOfProject returns the name of a custom role that is one of a project.
func (nm *names) roleOfProject(role, project string) string {
	in := resource.Parse(project).Project()
	if in.IsNumber() {
		if p, err := nm.project(in.String()); err == nil {
			in = resource.ParseProject(p.ID)
		}
	}
	return resource.Parse(role).In(in).Relative()
}

type names struct{ *resources }

// matchPolicy reports whether a change is about the policy of a resource.
func (nm *names) matchPolicy(pc plan.PolicyChange, name string) resource.Match {
	if pc.Resource.IsZero() && hasSameKind(pc, name) {
		return resource.MaybeSame
	}
	return nm.match(pc.Resource, resource.Parse(name))
}

// canBeSame reports whether two relative names are, or may be, of one resource.
func (nm *names) canBeSame(a, b string) bool {
	return nm.match(resource.Parse(a), resource.Parse(b)) != resource.Different
}

// matchDenyPolicy reports whether a deny policy is attached to a resource.
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

// idAndNumberNames returns a relative name with the project as it is written, and with its
// other name, the number or the ID, where that is known.
func (nm *names) idAndNumberNames(name string) []string {
	parts := strings.SplitN(name, "/", 3)
	other := nm.otherProjectName(parts[1])
	if other == "" || other == parts[1] {
		return []string{name}
	}
	parts[1] = other
	return []string{name, strings.Join(parts, "/")}
}

// otherProjectName returns the number of a project by its ID, and the ID by its number;
// empty if it is not known.
func (nm *names) otherProjectName(project string) string {
	if !resource.ParseProject(project).IsNumber() {
		number, _ := nm.number(project)
		return number
	}
	p, _ := nm.project(project)
	return p.ID
}

// canBeOn reports whether a change on a resource, which may not be known, is
// one on the resource of a name.
func (nm *names) canBeOn(on resource.Name, name string) bool {
	return on.IsZero() || nm.match(on, resource.Parse(name)) != resource.Different
}

// matchPriorProject reports whether the project that a change destroys or replaces is a
// given one. Its number counts where that is given: both stand in the state.
func (nm *names) matchPriorProject(c *plan.Change, project string) resource.Match {
	if isNumber := resource.ParseProject(project).IsNumber(); isNumber && c.Before("number").String() != "" {
		return nm.matchProjectValue(c.Before("number"), project)
	}
	return nm.matchProjectValue(c.Before("project_id"), project)
}

// hasSameKind reports whether a change whose resource is not known may be about
// the given one.
func hasSameKind(pc plan.PolicyChange, name string) bool {
	kind := resource.KindOfPolicyType(pc.Type)
	return kind.HasPolicy() && kind.Collection == resource.KindOf(name).Collection
}
