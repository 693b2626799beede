package preflight

import (
	"slices"
	"strings"

	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/rules"
)

// edits are what apply does to the policy of a resource: what gives counts only
// if all the given changes wait for it.
func (j *judge) edits(resource string, waiting []*plan.Change) []iam.Edit {
	var out []iam.Edit
	for _, pc := range j.policyChanges {
		if pc.On != resource && (pc.On != "" || !sameKind(pc, resource)) {
			continue
		}
		e := iam.Edit{Effect: effectOf(pc.Effect), Takes: !awaited(pc.Change, waiting)}
		if pc.Unknown {
			e.Unknown = pc.Address + " sets the policy to what is not known before apply"
		}
		if pc.Effect == plan.Strips {
			e.Bindings = []iam.Binding{{Members: j.defaultAccounts(resource)}}
		}
		for _, g := range pc.Grants {
			if g.Role == "" && pc.Effect == plan.SetsRole {
				e.Unknown = pc.Address + " sets a role that is not known before apply"
			}
			e.Bindings = append(e.Bindings, bindingOf(g, pc))
		}
		out = append(out, e)
	}
	return out
}

func effectOf(e plan.PolicyEffect) iam.Effect {
	switch e {
	case plan.Removes:
		return iam.Remove
	case plan.SetsRole:
		return iam.SetRole
	case plan.SetsPolicy:
		return iam.SetPolicy
	case plan.Strips:
		return iam.Strip
	}
	return iam.Add
}

// bindingOf is a planned grant. A member that is not known before apply, and
// everybody on a resource that is not, may be anyone.
func bindingOf(g plan.Grant, pc plan.PolicyChange) iam.Binding {
	b := iam.Binding{Role: g.Role, Members: g.Members, Source: pc.Address}
	if pc.On == "" {
		b.Members = nil
	}
	if g.More || pc.On == "" {
		b.Members = append(slices.Clone(b.Members), "unknown:"+pc.Address)
	}
	if g.Condition != "" {
		b.Condition = &iam.Condition{Expression: g.Condition}
	}
	return b
}

// sameKind reports whether a change whose resource is not known may be about
// the given one.
func sameKind(pc plan.PolicyChange, resource string) bool {
	kind, _, _ := strings.Cut(resource, "/")
	return strings.HasPrefix(pc.Type, "google_"+strings.TrimSuffix(kind, "s")+"_") ||
		strings.HasPrefix(pc.Type, "google_service_account_iam_") && strings.Contains(resource, "/serviceAccounts/")
}

// awaited reports whether all of the given changes wait for c; without any,
// it is so.
func awaited(c *plan.Change, waiting []*plan.Change) bool {
	return order(c, waiting) == plan.Waits
}

// order is how the given changes stand to c, by the one that waits least.
func order(c *plan.Change, waiting []*plan.Change) plan.Order {
	least := plan.Waits
	for _, w := range waiting {
		switch w.WaitsFor(c) {
		case plan.Race:
			return plan.Race
		case plan.Unseen:
			least = plan.Unseen
		}
	}
	return least
}

// defaultAccounts are the members that stand for the default accounts of a
// project.
func (j *judge) defaultAccounts(resource string) []string {
	id := strings.TrimPrefix(resource, "projects/")
	out := []string{"serviceAccount:" + id + "@appspot.gserviceaccount.com"}
	if number, err := j.number(id); err == nil {
		out = append(out, "serviceAccount:"+number+"-compute@developer.gserviceaccount.com")
	}
	return out
}

// then are levels as the plan leaves them.
func (j *judge) then(levels []iam.Level, waiting []*plan.Change) []iam.Level {
	out := make([]iam.Level, len(levels))
	for i, l := range levels {
		out[i] = l.Apply(j.edits(relativeName(l.Resource), waiting))
	}
	return out
}

// relativeName is a full resource name without the service in front.
func relativeName(resource string) string {
	_, name, _ := strings.Cut(strings.TrimPrefix(resource, "//"), "/")
	return name
}

// causes are the changes that a need is there for.
func (j *judge) causes(n rules.Need) []*plan.Change {
	var out []*plan.Change
	for _, c := range j.plan.Changes {
		if slices.Contains(n.Addresses, c.Address) && c.Deposed == "" {
			out = append(out, c)
		}
	}
	return out
}
