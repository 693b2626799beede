package judge

import (
	"slices"
	"strings"

	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/fix"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// turns are the permissions of a need by how they stand now and how the plan
// leaves them.
type turns struct {
	// missing are not held, now or then.
	missing []string
	// open cannot be told; why says what is in doubt.
	open []string
	why  []string
	// lost are held now, and the plan takes them away.
	lost []string
	// raced are not held now, and the plan gives them to nobody who waits;
	// racedBy are the changes that do.
	raced   []string
	racedBy []string
	// planned are the changes that give what is not held now, in time.
	planned []string
	// grants are the bindings that hold now.
	grants []finding.Evidence
	// denied is what deny policies and conditions take now.
	denied []finding.Evidence

	// troubleshot is what Policy Troubleshooter said, in words, and unasked why
	// it could not be asked.
	troubleshot []string
	unasked     []string

	// lifts returns the changes that lift a deny policy, by its name.
	lifts func(policy string) []string

	held    map[string]iam.Answer // by permission, as it is now
	then    map[string]iam.Answer // with what is waited for
	someday map[string]iam.Answer // with everything
}

// turns evaluates the policies three times: as they are, as they will be when
// the need arises, and as they will be in the end.
func (tl *timelines) turns(n need.Need, identity iam.Identity, permissions []string) *turns {
	v := tl.deciding(n)
	t := &turns{lifts: tl.denyChangesOf, held: map[string]iam.Answer{}, then: map[string]iam.Answer{}, someday: map[string]iam.Answer{}}
	now := tl.evaluateOn(v, n, identity, permissions)
	then, someday := now, now
	if tl.changesIAM() {
		then = tl.evaluateOn(tl.then(v, tl.causes(n)), n, identity, permissions)
		someday = tl.evaluateOn(tl.then(v, nil), n, identity, permissions)
	}
	for i, p := range permissions {
		t.held[p], t.then[p], t.someday[p] = now[i], then[i], someday[i]
	}
	tl.troubleshoot(n, identity, t, permissions)
	for _, p := range permissions {
		t.sort(p)
	}
	if len(t.open) > 0 {
		t.why = append(t.why, t.unasked...)
	}
	return t
}

// sort puts a permission where it belongs.
func (t *turns) sort(p string) {
	now, then, someday := t.held[p], t.then[p], t.someday[p]
	if now.Verdict == iam.No {
		t.denied = unionOf(t.denied, append(deniedBy(now), unmet(now)...))
	}
	switch {
	case then.Verdict == iam.Yes:
		t.holds(p, now, then)
	case then.Verdict == iam.No && now.Verdict == iam.Unknown && someday.Verdict == iam.Yes:
		// Whether the plan gives it in time to somebody who lacks it, or anew to
		// somebody who has it, hangs on what is not known now.
		t.open = append(t.open, p)
		t.why = union(t.why, inDoubt(now.Doubts))
	case then.Verdict == iam.No && now.Verdict != iam.No:
		t.lost = append(t.lost, p)
	case now.Verdict == iam.No && someday.Verdict == iam.Yes:
		t.raced = append(t.raced, p)
		t.racedBy = union(t.racedBy, t.givers(now, someday)...)
	case then.Verdict == iam.No:
		t.missing = append(t.missing, p)
	default:
		t.open = append(t.open, p)
		t.why = union(t.why, inDoubt(then.Doubts))
	}
}

func (t *turns) holds(p string, now, then iam.Answer) {
	if now.Verdict == iam.Yes {
		if len(now.Grants) > 0 {
			t.grants = unionOf(t.grants, []finding.Evidence{describe(now.Grants[0])})
		}
		return
	}
	t.planned = union(t.planned, t.givers(now, then)...)
}

// givers returns the changes that give a permission: those that make the grants
// of the later answer, and those that lift the deny policies of now.
func (t *turns) givers(now, later iam.Answer) []string {
	out := sources(later)
	if later.Verdict != iam.Yes {
		return out
	}
	for _, d := range now.Denied {
		out = union(out, t.lifts(d.Policy)...)
	}
	return out
}

// sources are the changes that make the grants of an answer.
func sources(a iam.Answer) []string {
	var out []string
	for _, g := range a.Grants {
		if g.Source != "" {
			out = union(out, g.Source)
		}
	}
	return out
}

// correct puts what Google Cloud said about now in place of what the policies
// say: it knows groups, conditions and what cannot be read. What the plan
// changes about it still comes from the policies.
func (t *turns) correct(p string, held bool) {
	now, then := t.held[p], t.then[p]
	unchanged := then.Verdict == now.Verdict && slices.Equal(then.Grants, now.Grants) && slices.Equal(then.Doubts, now.Doubts)
	t.forget(p)
	switch {
	case held && (unchanged || then.Verdict == iam.Yes):
	case held && then.Verdict == iam.No:
		t.lost = append(t.lost, p)
	case held:
		t.open = append(t.open, p)
		t.why = union(t.why, "it is so now, but the plan changes policies that it may rest on: "+inDoubt(then.Doubts))
	case len(t.givers(now, then)) > 0:
		t.planned = union(t.planned, t.givers(now, then)...)
	case len(t.givers(now, t.someday[p])) > 0:
		t.raced = append(t.raced, p)
		t.racedBy = union(t.racedBy, t.givers(now, t.someday[p])...)
	default:
		t.missing = append(t.missing, p)
	}
}

func (t *turns) forget(p string) {
	gone := []string{p}
	t.missing, t.open = without(t.missing, gone), without(t.open, gone)
	t.lost, t.raced = without(t.lost, gone), without(t.raced, gone)
	if len(t.open) == 0 {
		t.why = nil
	}
}

// turned is the finding of a need whose permissions have been sorted. What is
// missing for good comes first, then what the plan itself does wrong.
func (pj *permissionJudge) turned(n need.Need, f Verdict, t *turns) Verdict {
	slices.Sort(t.planned)
	switch {
	case len(t.missing) > 0:
		return pj.answered(n, f, t.missing, t.open, Statement{})
	case len(t.lost) > 0:
		return pj.lost(n, f, t)
	case len(t.raced) > 0:
		return pj.raced(n, f, t)
	}
	f = pj.answered(n, f, nil, t.open, say(verbatim, strings.Join(t.why, "; ")))
	if f.Outcome == finding.Pass && len(t.planned) > 0 {
		f.PlannedBy, f.Reason = t.planned, say(propagationTakes)
		f.Message = say(permissionsPlanned, who(*f.Principal), list(n.Permissions), resource.Describe(n.Resource))
	}
	return f
}

// lost is the finding of permissions that the plan takes away.
func (pj *permissionJudge) lost(n need.Need, f Verdict, t *turns) Verdict {
	f.Permissions = &finding.PermissionSet{Needed: n.Permissions, Missing: t.lost, Undetermined: t.open}
	by := pj.takers(n, t)
	f = f.against(n)
	if t.onlyDenied() {
		f.Severity = n.Severity
	}
	f.TakenAwayBy = by
	f.Message = say(permissionsRemoved, list(t.lost), resource.Describe(n.Resource), who(*f.Principal), n.Rule)
	f.Terraform = pj.keep(by, f.Principal.Member, n.Fix.Role, t.lost)
	return f
}

// raced is the finding of permissions that the plan grants without anyone
// waiting.
func (pj *permissionJudge) raced(n need.Need, f Verdict, t *turns) Verdict {
	slices.Sort(t.racedBy)
	f.PlannedBy = t.racedBy
	what := list(t.raced) + " on " + resource.Describe(n.Resource) + " for " + who(*f.Principal)
	if pj.unseenOrder(n, t.racedBy) {
		return f.undetermined(say(orderUnseen, what, list(t.racedBy), list(addresses(pj.causes(n)))))
	}
	f.Permissions = &finding.PermissionSet{Needed: n.Permissions, Missing: t.raced, Undetermined: t.open}
	return f.race(n, what, addresses(pj.causes(n)))
}

// unseenOrder reports whether the order of a need and a change is hidden.
func (fc *forecast) unseenOrder(n need.Need, by []string) bool {
	for _, c := range fc.plan.Changes {
		if slices.Contains(by, c.Address) && order(c, fc.causes(n)) == plan.OrderUnknown {
			return true
		}
	}
	return false
}

// takers are the changes that end the grants that hold now.
func (tl *timelines) takers(n need.Need, t *turns) []string {
	var out []string
	for _, level := range tl.deciding(n).levels {
		for _, pc := range tl.policyChanges {
			if pc.Effect != plan.AddsMembers && tl.mayBeOn(pc.Resource, resource.RelativeName(level.Resource)) && t.touchedBy(pc, level.Resource) {
				out = union(out, pc.Address)
			}
		}
	}
	for _, rc := range tl.roleChanges {
		if t.restsOn(tl.roleIn(rc.Role, projectName(n.Project))) {
			out = union(out, rc.Address)
		}
	}
	for _, c := range tl.replacedAccounts() {
		if t.isOf("serviceAccount:" + c.EmailBefore()) {
			out = union(out, c.Address)
		}
	}
	for _, m := range tl.plan.Moves() {
		if slices.ContainsFunc(tl.deciding(n).levels, func(l iam.Level) bool { return tl.isSame(resource.RelativeName(l.Resource), m.Resource) }) {
			out = union(out, m.Address)
		}
	}
	for _, p := range t.lost {
		for _, d := range t.then[p].Denied {
			out = union(out, tl.denyChangesOf(d.Policy)...)
		}
	}
	slices.Sort(out)
	return out
}

// isOf reports whether what is lost is held now by a binding of a member.
func (t *turns) isOf(member string) bool {
	return slices.ContainsFunc(t.lost, func(p string) bool {
		return slices.ContainsFunc(t.held[p].Grants, func(g iam.Grant) bool { return strings.EqualFold(g.Member, member) })
	})
}

// onlyDenied reports whether all that is lost is denied. Somebody who writes a
// deny policy means it, so that it weighs what its lack weighs.
func (t *turns) onlyDenied() bool {
	return !slices.ContainsFunc(t.lost, func(p string) bool { return len(t.then[p].Denied) == 0 })
}

// restsOn reports whether what is lost is held now through a role.
func (t *turns) restsOn(role string) bool {
	return slices.ContainsFunc(t.lost, func(p string) bool {
		return slices.ContainsFunc(t.held[p].Grants, func(g iam.Grant) bool { return g.Role == role })
	})
}

// touchedBy reports whether a change is about a grant of what is lost.
func (t *turns) touchedBy(pc plan.PolicyChange, resource string) bool {
	if pc.Effect == plan.SetsPolicy || pc.Effect == plan.RemovesDefaultAccounts {
		return true
	}
	for _, p := range t.lost {
		for _, g := range t.held[p].Grants {
			for _, changed := range pc.Grants {
				if g.Resource == resource && (changed.Role == g.Role || changed.Role == "") {
					return true
				}
			}
		}
	}
	return false
}

// keep is what to write so that a member keeps its role.
func (fc *forecast) keep(by []string, member, role string, lost []string) string {
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

// denyPrincipal is a member as deny policies write it.
// https://docs.cloud.google.com/iam/docs/principal-identifiers
func denyPrincipal(member string) string {
	if email, ok := strings.CutPrefix(member, "serviceAccount:"); ok {
		return "principal://iam.googleapis.com/projects/-/serviceAccounts/" + email
	}
	return "principal://goog/subject/" + emailOf(member)
}

// mayBeOn reports whether a change on a resource, which may not be known, is
// one on the resource of a name.
func (nm *names) mayBeOn(on resource.Name, name string) bool {
	return on.IsZero() || nm.match(on, resource.Parse(name)) != resource.Different
}

// bearingOn are the changes of policies that decide about a need.
func (tl *timelines) bearingOn(n need.Need) []string {
	var out []string
	for _, level := range tl.deciding(n).levels {
		name := resource.RelativeName(level.Resource)
		for _, pc := range tl.policyChanges {
			if tl.mayBeOn(pc.Resource, name) {
				out = union(out, pc.Address)
			}
		}
		for _, d := range tl.denyChanges {
			if tl.mayBeOn(d.Parent, name) {
				out = union(out, d.Address)
			}
		}
	}
	for _, rc := range tl.roleChanges {
		out = union(out, rc.Address)
	}
	out = union(out, addresses(tl.replacedAccounts())...)
	for _, m := range tl.plan.Moves() {
		out = union(out, m.Address)
	}
	slices.Sort(out)
	return out
}

// unlessChanged is f where the plan changes nothing that bears on it. Where it
// does, and nobody knows whose identity it is about, it cannot be told.
func (f Verdict) unlessChanged(by []string) Verdict {
	if len(by) == 0 {
		return f
	}
	return f.undetermined(say(policiesChange, list(by)))
}
