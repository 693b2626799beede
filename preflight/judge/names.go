package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// match says whether a name in the plan is that of a resource that is asked
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

// matchProject says whether a project in the plan is one that is asked about.
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

// unresolved says why it is not known whether two names are of one project.
func unresolved(a, b string) string {
	return "whether " + a + " and " + b + " are one project could not be found out: resourcemanager.projects.get (roles/browser) on both would tell; or write both the same way"
}

// matchAccount says whether an email and a unique ID are of one account, or an
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

// inProject says whether a change is made in a project.
func (nm *names) inProject(c *plan.Change, project string) resource.Match {
	return nm.valueIsProject(plan.Value{State: plan.Known, Raw: c.Project().ID}, project)
}

// wasInProject says whether what a change destroys or replaces is in a project.
func (nm *names) wasInProject(c *plan.Change, project string) resource.Match {
	if v := c.Before("project"); v.String() != "" {
		return nm.valueIsProject(v, project)
	}
	return nm.inProject(c, project)
}

// valueIsProject says whether a value names a project. It may where it is not
// known.
func (nm *names) valueIsProject(v plan.Value, project string) resource.Match {
	if v.String() == "" {
		return resource.MaybeSame
	}
	return nm.matchProject(resource.ParseProject(v.String()), resource.ParseProject(project))
}

// matchRole says whether a custom role is one of a project, by the project's
// name.
func (nm *names) matchRole(role, project string) resource.Match {
	in := resource.Parse(project)
	if !strings.Contains(role, "/roles/") || !in.IsProject() {
		return resource.Different
	}
	return nm.matchProject(resource.Parse(role).Project(), in.Project())
}

// roleIn is a role as the policy of a project names it: custom roles have the
// project's ID in their names, whatever a plan calls the project.
func (nm *names) roleIn(role, project string) string {
	if nm.matchRole(role, project) != resource.Same {
		return role
	}
	return nm.renamedRole(role, project)
}

// renamedRole is the name of a custom role that is one of a project.
func (nm *names) renamedRole(role, project string) string {
	in := resource.Parse(project).Project()
	if in.IsNumber() {
		if p, err := nm.project(in.String()); err == nil {
			in = resource.ParseProject(p.ID)
		}
	}
	return resource.Parse(role).In(in).Relative()
}

// arises reports whether a need arises. One of another project than the
// cluster's, of which that cannot be found out, cannot be judged.
func (j *judge) arises(n *need.Need) bool {
	project := resource.ParseProject(n.Project)
	if n.OnlyIfNotProject != "" {
		is := j.matchProject(resource.ParseProject(n.OnlyIfNotProject), project)
		if is == resource.MaybeSame && n.UndeterminedReason == "" {
			n.UndeterminedReason = unresolved(n.OnlyIfNotProject, n.Project)
		}
		return is != resource.Same
	}
	return slices.ContainsFunc(n.OnlyIfProjectIn, func(other string) bool {
		return j.matchProject(resource.ParseProject(other), project) != resource.Different
	})
}
