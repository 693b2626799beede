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

type evaluator struct {
	*effects
	input *Case
}

// A view is what decides about a need: policies, and what is known of roles
// beside what Google Cloud says.
type hierarchy struct {
	levels   []iam.Level
	complete bool
	// roles are those that the plan makes or changes, as they will be.
	roles map[string]iam.Role
}

// accountHome returns where a service account lives: its project under both names, and
// what is above it. Nil where that was not asked for.
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

// evaluate returns the verdict on each permission from the policies of now.
func (ev *evaluator) evaluate(n need.Need, identity iam.Identity, permissions []string) []iam.Answer {
	return ev.evaluateHierarchy(ev.policyHierarchy(n), n, identity, permissions)
}

// policyHierarchy returns the levels that decide about a need: the resource, if it lies
// below a project, what it lies in, the project, and all above it.
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

// isTag reports whether a resource is a tag: projects do not decide about those.
func isTag(name string) bool {
	kind := resource.KindOf(name).Collection
	return kind == resource.TagKeys || kind == resource.TagValues
}

// ancestorsFrom returns the levels of a folder or an organization, among those of a
// project. One that is not above the project is another's: nothing is known.
func ancestorsFrom(name string, levels []iam.Level, complete bool) ([]iam.Level, bool) {
	i := slices.IndexFunc(levels, func(l iam.Level) bool { return l.Resource == name })
	if i < 0 {
		return nil, false
	}
	return levels[i:], complete
}

// resourceLevel is that of a resource below a project. One that the plan makes has
// no bindings yet.
func (ev *evaluator) resourceLevel(name string) iam.Level {
	level := ev.level(name)
	if level.Policy == nil && !ev.isPending() && ev.creates(name) {
		level = iam.Level{Resource: level.Resource, Policy: &iam.Policy{}}
	}
	return level
}

// evaluateHierarchy returns the verdict on each permission.
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

// isWorse reports whether a decides over b: a permission is held only if it is
// held on every cluster.
func isWorse(a, b iam.Answer) bool {
	badness := map[iam.Verdict]int{iam.Yes: 0, iam.Unknown: 1, iam.No: 2}
	return badness[a.Verdict] > badness[b.Verdict]
}

// evaluateWithRoles returns the verdict on a question. Roles that only the embedded table knows, or that
// nothing knows yet, are fetched before a no.
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

// maxFetchedRoles bounds how many roles are asked for about one principal and one
// permission: those beyond it leave the answer undetermined. Google allows 300
// custom roles in a project.
// https://docs.cloud.google.com/iam/quotas
const maxFetchedRoles = 300

// readRoles returns those of some roles that can be read, by name.
func (ev *evaluator) readRoles(names []string) map[string]iam.Role {
	out := map[string]iam.Role{}
	for _, name := range names {
		if role, err := ev.role(name); err == nil {
			out[name] = role
		}
	}
	return out
}

// identityOf returns the principal of a need as the policies name it.
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

// hierarchyText returns the resources whose policies decide about a need.
func (ev *evaluator) hierarchyText(n need.Need) string {
	var names []string
	for _, l := range ev.policyHierarchy(n).levels {
		names = append(names, resource.Describe(l.Resource))
	}
	return strings.Join(names, ", ")
}
