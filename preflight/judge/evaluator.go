package judge

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// An evaluator evaluates IAM policies: it returns, for a permission, a principal
// and a hierarchy of policies, whether the principal has the permission, and why.
type evaluator struct {
	*effects
	input *Case
}

// A hierarchy holds the policies that decide about a need, and the roles whose
// permissions the plan changes.
type hierarchy struct {
	levels   []iam.Level
	complete bool
	// roles are the custom roles with the plan's changes, by name.
	roles map[string]iam.Role
}

// accountHome returns the resources that contain a service account: its project by
// ID and by number, and the ancestors of the project. It is nil if they are not
// known.
func (ev *evaluator) accountHome(member string, n need.Need) []string {
	project := plan.AccountProject(emailOf(member))
	number, err := ev.number(n.Project)
	if err != nil || project != n.Project && project != number {
		return nil
	}
	ancestors, err := ev.ancestry(n.Project)
	if err != nil {
		return nil
	}
	return append([]string{projectName(number)}, ancestors...)
}

// evaluate evaluates the current policies for each permission.
func (ev *evaluator) evaluate(n need.Need, identity iam.Identity, permissions []string) []iam.Answer {
	return ev.evaluateHierarchy(ev.policyHierarchy(n), n, identity, permissions)
}

// policyHierarchy returns the current policies that decide about n: those of its
// resource, of the resources that contain it, of the project, and of the project's
// ancestors.
func (ev *evaluator) policyHierarchy(n need.Need) hierarchy {
	if resource.KindOf(n.Resource).Collection == resource.TagValues {
		levels, complete := ev.tagLevels(resource.RelativeName(n.Resource))
		return hierarchy{levels: levels, complete: complete}
	}
	var levels []iam.Level
	var complete bool
	own := resource.PolicyHolders(n.Resource)
	out := make([]iam.Level, len(own))
	for i, name := range own {
		out[i] = ev.resourceLevel(name)
	}
	levels, complete = ev.projectLevels(n.Project)
	if resource.KindOf(n.Resource).IsAboveProjects() {
		levels, complete = ancestorsFrom(n.Resource, levels, complete)
	}
	denials := ev.denials()
	for _, l := range levels {
		l.DenyRules = denials.rulesOn(resource.RelativeName(l.Resource))
		out = append(out, l)
	}
	return hierarchy{levels: out, complete: complete}
}

// isTag reports whether a resource is a tag key or tag value. They can belong to
// an organization instead of a project.
func isTag(name string) bool {
	kind := resource.KindOf(name).Collection
	return kind == resource.TagKeys || kind == resource.TagValues
}

// ancestorsFrom returns the part of a project's hierarchy that begins with the
// folder or organization name. It is empty and incomplete if that is not an
// ancestor of the project.
func ancestorsFrom(name string, levels []iam.Level, complete bool) ([]iam.Level, bool) {
	i := slices.IndexFunc(levels, func(l iam.Level) bool { return l.Resource == name })
	if i < 0 {
		return nil, false
	}
	return levels[i:], complete
}

// resourceLevel returns the policy of a resource below a project. A resource that
// the plan creates has no bindings yet.
func (ev *evaluator) resourceLevel(name string) iam.Level {
	level := ev.level(name)
	if level.Policy == nil && !ev.isPending() && ev.creates(name) {
		level = iam.Level{Resource: level.Resource, Policy: &iam.Policy{}}
	}
	return level
}

// evaluateHierarchy evaluates the policies of v for each permission. If the
// permission is used on several clusters, the worst answer counts.
func (ev *evaluator) evaluateHierarchy(v hierarchy, n need.Need, identity iam.Identity, permissions []string) []iam.Answer {
	answers := make([]iam.Answer, len(permissions))
	if ev.isPending() {
		return answers
	}
	for i := range permissions {
		q := iam.Question{Identity: identity, Permission: permissions[i], Levels: v.levels, Complete: v.complete}
		for k, r := range ev.conditionRequests(n, permissions[i]) {
			q.Request = r
			if a := ev.evaluateWithRoles(q, v.roles); k == 0 || isWorse(a, answers[i]) {
				answers[i] = a
			}
		}
	}
	return answers
}

// isWorse reports whether a takes precedence over b: a permission must be held on
// every cluster.
func isWorse(a, b iam.Answer) bool {
	badness := map[iam.Verdict]int{iam.Yes: 0, iam.Unknown: 1, iam.No: 2}
	return badness[a.Verdict] > badness[b.Verdict]
}

// evaluateWithRoles answers a question. Before a No it reads the roles that may
// have changed since the embedded table was made, and custom roles.
func (ev *evaluator) evaluateWithRoles(q iam.Question, planned map[string]iam.Role) iam.Answer {
	roles := iam.Roles{Table: ev.input.Table, Fetched: maps.Clone(planned)}
	answer := iam.Evaluate(q, roles)
	if answer.Verdict == iam.Yes || len(answer.NeedsRoleFetch) == 0 {
		return answer
	}
	if roles.Fetched == nil {
		roles.Fetched = map[string]iam.Role{}
	}
	maps.Copy(roles.Fetched, ev.readRoles(answer.NeedsRoleFetch[:min(len(answer.NeedsRoleFetch), maxFetchedRoles)]))
	return iam.Evaluate(q, roles)
}

// maxFetchedRoles limits how many roles are read for one principal and one
// permission. If there are more, the answer is undetermined. Google allows 300
// custom roles in a project.
// https://docs.cloud.google.com/iam/quotas
const maxFetchedRoles = 300

// readRoles returns those roles that could be read, by name.
func (ev *evaluator) readRoles(names []string) map[string]iam.Role {
	out := map[string]iam.Role{}
	for _, name := range names {
		if role, err := ev.role(name); err == nil {
			out[name] = role
		}
	}
	return out
}

// identityOf returns the principal of n as IAM policies name it. Its Member is
// empty if the deployer is not known.
func (ev *evaluator) identityOf(n need.Need) (iam.Identity, error) {
	member := n.Principal.Member
	if n.Principal.Kind == need.Deployer && member == "" {
		id, err := ev.identityOfCaller(n.Principal)
		if err != nil {
			return iam.Identity{}, err
		}
		member = memberOf(id.Email)
	}
	if project, ok := resource.UnresolvedProject(member); ok {
		if _, err := ev.number(project); err != nil {
			return iam.Identity{}, err
		}
		return iam.Identity{}, errors.New("project " + project + " has no number")
	}
	return iam.Identity{
		Member:       member,
		ServiceAgent: n.Principal.Kind != need.Deployer && !isUserManaged(n.Principal.Kind),
		Containers:   ev.accountHome(member, n),
	}, nil
}

// hierarchyText lists the resources whose policies decide about n.
func (ev *evaluator) hierarchyText(n need.Need) string {
	var names []string
	for _, l := range ev.policyHierarchy(n).levels {
		names = append(names, resource.Describe(l.Resource))
	}
	return strings.Join(names, ", ")
}
