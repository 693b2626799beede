package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/fix"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// policyEdits returns the plan's changes to the policy of a resource. An addition
// comes too late unless all of waiting depend on it.
func (fc *forecast) policyEdits(name string, waiting []*plan.Change) []iam.Edit {
	var out []iam.Edit
	var changes []*plan.Change
	for _, pc := range fc.policyChanges {
		is := fc.matchPolicy(pc, name)
		if is == resource.Different {
			continue
		}
		changes = append(changes, pc.Change)
		e := fc.policyEdit(pc, name, is)
		e.MayComeTooLate = !isAwaited(pc.Change, waiting)
		out = append(out, e)
	}
	for _, c := range fc.replacedAccounts() {
		changes = append(changes, c)
		out = append(out, iam.Edit{Effect: iam.RemoveFromAllRoles, Bindings: []iam.Binding{{Members: []string{"serviceAccount:" + c.EmailBefore()}}}})
	}
	for i := range out {
		out[i].RunsAfter = func(other int) bool { return runsAfter(changes[i], changes[other]) }
	}
	return out
}

// replacedAccounts returns the changes that delete and recreate a service account.
// Bindings of the old account do not apply to the new one, even if it has the same
// email.
// https://docs.cloud.google.com/iam/docs/service-accounts-delete-undelete
func (fc *forecast) replacedAccounts() []*plan.Change {
	var out []*plan.Change
	for _, c := range fc.plan.Changes {
		if c.Mode == "managed" && c.Replaces() && c.EmailBefore() != "" {
			out = append(out, c)
		}
	}
	return out
}

// policyEdit returns what a change does to the policy of a resource.
func (fc *forecast) policyEdit(pc plan.PolicyChange, name string, is resource.Match) iam.Edit {
	e := iam.Edit{Effect: effectOf(pc.Effect), MayBeOtherPolicy: is != resource.Same}
	if pc.Unknown {
		e.Unknown = pc.Address + " sets a policy that is not known before apply"
	}
	if pc.Effect == plan.RemovesDefaultAccounts {
		e.Bindings = []iam.Binding{{Members: fc.defaultAccountMembers(name)}}
	}
	for _, g := range pc.Grants {
		if g.Role == "" && pc.Effect == plan.SetsRole {
			e.Unknown = pc.Address + " sets a role that is not known before apply"
		}
		e.Bindings = append(e.Bindings, fc.plannedBinding(g, pc, name))
	}
	return e
}

// runsAfter reports whether Terraform creates c after the other change. A
// replacement runs after its own destruction unless create_before_destroy is set.
// A resource that is only destroyed is destroyed after those that depend on it.
func runsAfter(c, other *plan.Change) bool {
	if c == other {
		return c.DestroysBeforeCreate()
	}
	return !other.IsDestroyed() && c.OrderAfter(other) == plan.Ordered
}

func effectOf(e plan.PolicyEffect) iam.Effect {
	switch e {
	case plan.RemovesMembers:
		return iam.Remove
	case plan.SetsRole:
		return iam.SetRole
	case plan.SetsPolicy:
		return iam.SetPolicy
	case plan.RemovesDefaultAccounts:
		return iam.RemoveFromAllRoles
	}
	return iam.Add
}

// plannedBinding returns the binding of a planned grant. A member that is not
// known before apply may be anyone.
func (fc *forecast) plannedBinding(g plan.Grant, pc plan.PolicyChange, name string) iam.Binding {
	b := iam.Binding{Role: fc.roleNameIn(g.Role, name), Members: fc.resolveMembers(g.Members), Source: pc.Address}
	if g.HasUnknownMembers {
		b.Members = append(slices.Clone(b.Members), iam.UnknownMember(pc.Address))
	}
	if c := g.Condition; c != nil {
		b.Condition = &iam.Condition{Title: c.Title, Description: c.Description, Expression: c.Expression, Unknown: c.Unknown}
	}
	return b
}

// isAwaited reports whether all of waiting depend on c. It is true if waiting is
// empty.
func isAwaited(c *plan.Change, waiting []*plan.Change) bool {
	return order(c, waiting) == plan.Ordered
}

// order returns the worst order of the changes in waiting relative to c.
func order(c *plan.Change, waiting []*plan.Change) plan.Order {
	least := plan.Ordered
	for _, w := range waiting {
		switch w.OrderAfter(c) {
		case plan.Unordered:
			return plan.Unordered
		case plan.OrderUnknown:
			least = plan.OrderUnknown
		}
	}
	return least
}

// defaultAccountMembers returns the members of the default service accounts of a
// project.
func (fc *forecast) defaultAccountMembers(name string) []string {
	id := strings.TrimPrefix(name, "projects/")
	out := []string{"serviceAccount:" + id + "@appspot.gserviceaccount.com"}
	if number, err := fc.number(id); err == nil {
		out = append(out, "serviceAccount:"+number+"-compute@developer.gserviceaccount.com")
	}
	return out
}

// changesIAM reports whether the plan changes anything that permissions depend on.
func (fc *forecast) changesIAM() bool {
	return len(fc.policyChanges)+len(fc.denyChanges)+len(fc.roleChanges)+len(fc.plan.Moves()) > 0
}

// hierarchyAfter returns v with the plan's changes, at the moment when waiting
// run.
func (fc *forecast) hierarchyAfter(v hierarchy, waiting []*plan.Change) hierarchy {
	levels := fc.levelsAfterMoves(v.levels, waiting)
	out := hierarchy{levels: make([]iam.Level, len(levels)), complete: v.complete, roles: fc.rolesAfter(v, waiting)}
	for i, l := range levels {
		name := resource.RelativeName(l.Resource)
		out.levels[i] = l.Apply(fc.policyEdits(name, waiting))
		out.levels[i].DenyRules = fc.deniesAfter(name, l.DenyRules, waiting)
	}
	return out
}

// levelsAfterMoves returns levels with the plan's moves of projects and folders.
// Grants on the old ancestors no longer count after a move. Grants on the new ones
// count only if all of waiting depend on it.
func (fc *forecast) levelsAfterMoves(levels []iam.Level, waiting []*plan.Change) []iam.Level {
	for _, m := range fc.plan.Moves() {
		i := slices.IndexFunc(levels, func(l iam.Level) bool { return fc.canBeSame(resource.RelativeName(l.Resource), m.Resource) })
		if i < 0 {
			continue
		}
		levels = slices.Clone(levels)
		inTime := isAwaited(m.Change, waiting)
		parent := slices.IndexFunc(levels, func(l iam.Level) bool { return resource.RelativeName(l.Resource) == m.NewParent })
		for k := i + 1; k < len(levels) && (parent < 0 || k < parent); k++ {
			denies := levels[k].DenyRules
			if inTime {
				denies = nil
			}
			levels[k] = iam.Level{Resource: levels[k].Resource, Policy: &iam.Policy{}, DenyRules: denies}
		}
		if parent < 0 {
			levels = append(levels, fc.destinationLevels(m, inTime)...)
		}
	}
	return levels
}

// destinationLevels returns the levels of the new parent of a project or folder.
// One of them stands for ancestors that are not read.
func (fc *forecast) destinationLevels(m plan.Move, inTime bool) []iam.Level {
	var out []iam.Level
	to := "a parent that is not known before apply"
	if m.NewParent != "" {
		to = resource.Describe(resource.FullName(m.NewParent))
	}
	if m.NewParent != "" && inTime {
		out = append(out, fc.level(m.NewParent))
	}
	if resource.KindOf(m.NewParent).Collection == resource.Organizations && inTime {
		return out
	}
	return append(out, iam.Level{
		Resource:   resource.FullName(m.Resource),
		Unreadable: m.Address + " moves " + resource.Describe(resource.FullName(m.Resource)) + " to " + to + ", and the grants there are not known: grant the roles on the project itself",
	})
}

// deniesAfter returns the deny rules of a resource with the plan's changes. A new
// rule counts as soon as it may exist. A removed one stops to count only if all of
// waiting depend on its removal.
func (fc *forecast) deniesAfter(name string, now []iam.DenyRule, waiting []*plan.Change) []iam.DenyRule {
	out := slices.Clone(now)
	for _, d := range fc.denyChanges {
		is := fc.matchDenyPolicy(d, name)
		if is == resource.Different {
			continue
		}
		if d.RemovesRules && isAwaited(d.Change, waiting) {
			out = slices.DeleteFunc(out, func(r iam.DenyRule) bool { return r.Policy == d.ID && is == resource.Same })
		}
		for _, r := range d.Rules {
			out = append(out, plannedDenyRule(d, r, is))
		}
	}
	return out
}

// plannedDenyRule returns a planned deny rule. It is uncertain if its contents or
// its resource are not known.
func plannedDenyRule(d plan.DenyChange, r plan.DenyRule, is resource.Match) iam.DenyRule {
	out := iam.DenyRule{Policy: d.ID, Denied: r.Principals, Except: r.ExceptPrincipals, Permissions: r.Permissions, ExceptPermissions: r.ExceptPermissions}
	if r.Condition != "" {
		out.Condition = &iam.Condition{Expression: r.Condition}
	}
	if r.Unknown || is != resource.Same {
		out.Unknown = d.Address + " sets deny rules that are not known before apply"
	}
	return out
}

// denyPolicyChanges returns the addresses of the changes to a deny policy.
func (fc *forecast) denyPolicyChanges(policy string) []string {
	var out []string
	for _, d := range fc.denyChanges {
		if d.ID == policy {
			out = union(out, d.Address)
		}
	}
	return out
}

// rolesAfter returns the custom roles that the plan creates or changes.
// Permissions that a role gains count only if all of waiting depend on the change.
func (fc *forecast) rolesAfter(v hierarchy, waiting []*plan.Change) map[string]iam.Role {
	out := map[string]iam.Role{}
	for _, rc := range fc.roleChanges {
		role := iam.Role{Permissions: rc.After, Unknown: rc.Unknown || rc.Role == "", Deleted: rc.Destroyed, Source: rc.Address}
		if !rc.Destroyed && !isAwaited(rc.Change, waiting) {
			role.Permissions = intersect(rc.After, rc.Before)
		}
		if unfit := unfitPermissions(rc); len(unfit) > 0 {
			role.Unknown = true
			role.UnknownReason = "it is not known whether apply can create " + rc.Address + ": Google rejects permissions that do not exist or that custom roles cannot contain, and these are in no predefined role, or not supported for this kind of custom role: " + joinNames(unfit)
		}
		out[rc.Role] = role
		for _, l := range v.levels {
			name := resource.RelativeName(l.Resource)
			if is := fc.matchRole(rc.Role, name); is != resource.Different {
				role.Unknown = role.Unknown || is != resource.Same
				out[fc.roleOfProject(rc.Role, name)] = role
			}
		}
	}
	return out
}

// unfitPermissions returns the permissions that a change adds to a custom role and
// that Google may reject.
func unfitPermissions(rc plan.RoleChange) []string {
	parent, _, _ := strings.Cut(rc.Role, "/roles/")
	return slices.DeleteFunc(without(rc.After, rc.Before), func(p string) bool { return iam.CanBeInCustomRole(p, parent) })
}

// causesOf returns the changes that cause n; none if apply leaves its resources
// unchanged.
func (fc *forecast) causesOf(n need.Need) []*plan.Change {
	named := make(map[string]bool, len(n.Addresses))
	for _, address := range n.Addresses {
		named[address] = true
	}
	var out []*plan.Change
	for _, c := range fc.plan.Changes {
		if named[c.Address] && c.Deposed == "" && !c.HasAction("no-op") {
			out = append(out, c)
		}
	}
	return out
}

// A forecast predicts the IAM policies, deny policies and custom roles that apply
// will leave behind. It applies the plan's changes to what was read. Which changes
// count depends on the moment: at the time a resource is created, a grant counts
// only if the resource depends on it, while a removal counts if it may have
// happened by then. The parameter waiting of its methods are the changes that mark
// this moment; nil means the end of apply.
type forecast struct {
	*names
	plan          *plan.Plan
	policyChanges []plan.PolicyChange
	denyChanges   []plan.DenyChange
	roleChanges   []plan.RoleChange
}

// changesAffecting returns the changes of the plan that have, or may have, an
// effect on n.
func (fc *forecast) changesAffecting(n need.Need, effect func(*plan.Change, need.Need) bool) []*plan.Change {
	var out []*plan.Change
	for _, c := range fc.plan.Changes {
		if c.Mode == "managed" && effect(c, n) {
			out = append(out, c)
		}
	}
	return out
}

// isOrderUnknown reports whether the plan does not show the order of the changes
// that cause n and one of by.
func (fc *forecast) isOrderUnknown(n need.Need, by []string) bool {
	for _, c := range fc.plan.Changes {
		if slices.Contains(by, c.Address) && order(c, fc.causesOf(n)) == plan.OrderUnknown {
			return true
		}
	}
	return false
}

// keepGrants returns the configuration that keeps a member's role.
func (fc *forecast) keepGrants(by []string, member, role string, lost []string) string {
	var lines []string
	for _, rc := range fc.roleChanges {
		if slices.Contains(by, rc.Address) {
			lines = union(lines, fix.KeepPermissions(plan.BlockOf(rc.Address), lost))
		}
	}
	for _, d := range fc.denyChanges {
		if slices.Contains(by, d.Address) {
			lines = union(lines, fix.ExceptPrincipal(plan.BlockOf(d.Address), denyPrincipal(member)))
		}
	}
	for _, c := range fc.replacedAccounts() {
		if slices.Contains(by, c.Address) {
			lines = union(lines, fix.KeepAccount(plan.BlockOf(c.Address), role, member))
		}
	}
	for _, pc := range fc.policyChanges {
		if !slices.Contains(by, pc.Address) {
			continue
		}
		block := plan.BlockOf(pc.Address)
		if pc.Type == "google_service_account" {
			continue
		}
		switch pc.Effect {
		case plan.SetsRole:
			lines = union(lines, fix.KeepMember(block, member))
		case plan.SetsPolicy:
			lines = union(lines, fix.KeepBinding(block, role, member))
		default:
			lines = union(lines, fix.KeepGrant(block, role, member))
		}
	}
	return strings.Join(lines, "\n")
}

// denyPrincipal returns a member as deny policies name it.
// https://docs.cloud.google.com/iam/docs/principal-identifiers
func denyPrincipal(member string) string {
	if email, ok := strings.CutPrefix(member, "serviceAccount:"); ok {
		return "principal://iam.googleapis.com/projects/-/serviceAccounts/" + email
	}
	return "principal://goog/subject/" + emailOf(member)
}
