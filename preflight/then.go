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
	var changes []*plan.Change
	for _, pc := range j.policyChanges {
		if pc.On != resource && (pc.On != "" || !sameKind(pc, resource)) {
			continue
		}
		changes = append(changes, pc.Change)
		e := j.edit(pc, resource)
		e.Late = !awaited(pc.Change, waiting)
		out = append(out, e)
	}
	for i := range out {
		out[i].Follows = func(other int) bool { return follows(changes[i], changes[other]) }
	}
	return out
}

// edit is what a change does to the policy of a resource.
func (j *judge) edit(pc plan.PolicyChange, resource string) iam.Edit {
	e := iam.Edit{Effect: effectOf(pc.Effect)}
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
		e.Bindings = append(e.Bindings, j.bindingOf(g, pc))
	}
	return e
}

// follows reports whether Terraform makes c after another change. One that is
// replaced is destroyed before it is made anew, if nobody said otherwise; and
// what only goes does so after what waits for it.
func follows(c, other *plan.Change) bool {
	if c == other {
		return c.DestroysFirst()
	}
	return !other.Goes() && c.WaitsFor(other) == plan.Waits
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
func (j *judge) bindingOf(g plan.Grant, pc plan.PolicyChange) iam.Binding {
	b := iam.Binding{Role: g.Role, Members: j.numberedMembers(g.Members), Source: pc.Address}
	if pc.On == "" {
		b.Members = nil
	}
	if g.More || pc.On == "" {
		b.Members = append(slices.Clone(b.Members), "unknown:"+pc.Address)
	}
	if c := g.Condition; c != nil {
		b.Condition = &iam.Condition{Title: c.Title, Description: c.Description, Expression: c.Expression, Unknown: c.Unknown}
	}
	return b
}

// sameKind reports whether a change whose resource is not known may be about
// the given one.
func sameKind(pc plan.PolicyChange, resource string) bool {
	parts := strings.Split(resource, "/")
	prefix, known := map[string]string{
		"projects":        "google_project_",
		"folders":         "google_folder_iam_",
		"organizations":   "google_organization_iam_",
		"serviceAccounts": "google_service_account_iam_",
		"subnetworks":     "google_compute_subnetwork_iam_",
		"keyRings":        "google_kms_key_ring_iam_",
		"cryptoKeys":      "google_kms_crypto_key_iam_",
		"caPools":         "google_privateca_ca_pool_iam_",
		"topics":          "google_pubsub_topic_iam_",
		"tagKeys":         "google_tags_tag_key_iam_",
		"tagValues":       "google_tags_tag_value_iam_",
	}[parts[max(0, len(parts)-2)]]
	return known && strings.HasPrefix(pc.Type, prefix)
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

// changesIAM reports whether the plan changes anything that permissions rest on.
func (j *judge) changesIAM() bool {
	return len(j.policyChanges)+len(j.denyChanges)+len(j.roleChanges) > 0
}

// then is a view as the plan leaves it.
func (j *judge) then(v view, waiting []*plan.Change) view {
	out := view{levels: make([]iam.Level, len(v.levels)), complete: v.complete, roles: j.rolesThen(waiting)}
	for i, l := range v.levels {
		name := relativeName(l.Resource)
		out.levels[i] = l.Apply(j.edits(name, waiting))
		out.levels[i].Denies = j.deniesThen(name, l.Denies, waiting)
	}
	return out
}

// deniesThen are the deny rules of a resource as the plan leaves them: what it
// denies counts as soon as it may come, what it no longer denies only if the
// given changes wait for that.
func (j *judge) deniesThen(resource string, now []iam.DenyRule, waiting []*plan.Change) []iam.DenyRule {
	out := slices.Clone(now)
	for _, d := range j.denyChanges {
		if d.On != resource && d.On != "" {
			continue
		}
		if d.Lifts && awaited(d.Change, waiting) {
			out = slices.DeleteFunc(out, func(r iam.DenyRule) bool { return r.Policy == d.ID && d.On == resource })
		}
		for _, r := range d.Rules {
			out = append(out, denyRuleThen(d, r))
		}
	}
	return out
}

func denyRuleThen(d plan.DenyChange, r plan.DenyRule) iam.DenyRule {
	out := iam.DenyRule{Policy: d.ID, Denied: r.Denied, Except: r.Except, Permissions: r.Permissions, ExceptPermissions: r.ExceptPermissions}
	if r.Condition != "" {
		out.Condition = &iam.Condition{Expression: r.Condition}
	}
	if r.Unknown || d.On == "" {
		out.Unknown = d.Address + " denies what is not known before apply"
	}
	return out
}

// denyChangesOf are the changes that make a deny policy.
func (j *judge) denyChangesOf(policy string) []string {
	var out []string
	for _, d := range j.denyChanges {
		if d.ID == policy {
			out = union(out, d.Address)
		}
	}
	return out
}

// rolesThen are the custom roles that the plan makes or changes: what they gain
// counts only if all the given changes wait for it.
func (j *judge) rolesThen(waiting []*plan.Change) map[string]iam.Role {
	out := map[string]iam.Role{}
	for _, rc := range j.roleChanges {
		role := iam.Role{Permissions: rc.After, Unknown: rc.Unknown || rc.Role == "", Deleted: rc.Goes(), Source: rc.Address}
		if !rc.Goes() && !awaited(rc.Change, waiting) {
			role.Permissions = intersect(rc.After, rc.Before)
		}
		out[rc.Role] = role
	}
	return out
}

// relativeName is a full resource name without the service in front.
func relativeName(resource string) string {
	_, name, _ := strings.Cut(strings.TrimPrefix(resource, "//"), "/")
	return name
}

// causes are the changes that a need is there for; none for what apply leaves
// as it is.
func (j *judge) causes(n rules.Need) []*plan.Change {
	var out []*plan.Change
	for _, c := range j.plan.Changes {
		if slices.Contains(n.Addresses, c.Address) && c.Deposed == "" && !c.Has("no-op") {
			out = append(out, c)
		}
	}
	return out
}
