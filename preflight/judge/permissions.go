package judge

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gke-preflight/preflight/facts"
	"gke-preflight/preflight/finding"
	"gke-preflight/preflight/iam"
	"gke-preflight/preflight/need"
	"gke-preflight/preflight/plan"
	"gke-preflight/preflight/resource"
)

// permissions answers whether a principal holds permissions on a resource, by
// the best evidence there is.
func (pj *permissionJudge) permissions(n need.Need, f Verdict) Verdict {
	if n.Principal.Kind == need.Deployer {
		return pj.deployer(n, f)
	}
	by := pj.bringsAgent(n)
	off := len(by) > 0 && pj.apiOff(n)
	if pj.isPending() {
		return f
	}
	if off {
		if pj.onBefore(n) {
			return pj.again(n, f, by)
		}
		return pj.brought(n, f, by)
	}
	tested, ok := pj.impersonated(n)
	if pj.isPending() {
		return f
	}
	if ok {
		return pj.hereafter(n, pj.refused(n, pj.fromTest(n, f, tested, emailOf(n.Principal.Member))))
	}
	return pj.fromPolicies(n, f)
}

// deployer asks as the deployer.
func (pj *permissionJudge) deployer(n need.Need, f Verdict) Verdict {
	on := pj.allOn(n)
	if pj.isPending() {
		return f
	}
	if on {
		f.Outcome, f.Message = finding.Pass, say(alreadyEnabled, list(n.OnlyIfDisabled), n.Project)
		return f.evident("services.batchGet", n.Resource, list(n.OnlyIfDisabled)+" is ENABLED")
	}
	if onlyAbove(n) {
		if identity, err := pj.identityOf(n); err != nil || identity.Member == "" {
			return f.undetermined(say(organizationGrantsUnknown))
		}
		return pj.fromPolicies(n, f)
	}
	atHand := pj.isAtHand(n.Principal)
	if pj.isPending() {
		return f
	}
	if n.Principal.Member != "" && !atHand && (!pj.of.Impersonation || !strings.HasPrefix(n.Principal.Member, "serviceAccount:")) {
		return pj.fromPolicies(n, f)
	}
	tested, err := pj.testAll(n)
	if pj.isPending() {
		return f
	}
	if err != nil {
		return pj.untested(n, f, err)
	}
	return pj.hereafter(n, pj.refused(n, pj.fromTest(n, f, tested, "")))
}

// allOn reports whether all APIs that a need is there to enable are on.
func (pj *permissionJudge) allOn(n need.Need) bool {
	if len(n.OnlyIfDisabled) == 0 || slices.Contains(n.OnlyIfDisabled, "") {
		return false
	}
	services, err := pj.servicesOf(n.Project)
	return err == nil && !slices.ContainsFunc(n.OnlyIfDisabled, func(api string) bool { return services.State[api] != facts.ServiceEnabled })
}

// onlyAbove reports whether permissions can be tested on an organization only,
// though they are needed on what lies below: those of deny policies. Allow
// policies tell.
// https://docs.cloud.google.com/iam/docs/deny-access#required-roles
func onlyAbove(n need.Need) bool {
	return len(n.Permissions) > 0 && strings.HasPrefix(n.Permissions[0], "iam.denypolicies.")
}

// testAll asks as the principal: at the project, and for what is not held there
// at the account or the subnetwork itself, where a grant may stand too; or else
// at the folder or organization that the need is about.
func (pj *permissionJudge) testAll(n need.Need) (facts.PermissionTest, error) {
	on := testedOn(n)
	tested, err := pj.test(n.Principal, on[0], n.Permissions)
	if isMissing(err) {
		return tested, err
	}
	missing := n.Permissions
	if err == nil {
		missing = without(n.Permissions, tested.Granted)
	}
	if len(missing) > 0 && len(on) > 1 {
		own := on[1]
		above, errAbove := tested, err
		tested, err = pj.test(n.Principal, own, n.Permissions)
		if notThere(err) && pj.makes(own) {
			tested, err = facts.PermissionTest{Granted: above.Granted, Missing: missing}, errAbove
		}
	}
	return tested, err
}

// notThere reports whether Google said that a resource does not exist, or, as
// it does to those who may not know, that it may not.
// https://docs.cloud.google.com/iam/docs/troubleshoot-permissions
func notThere(err error) bool {
	e := facts.AsError(err)
	return e.NotFound() || e.Denied() && strings.Contains(e.Message, "may not exist")
}

// makes reports whether the plan makes a resource, by its relative name: a
// service account, a key ring, a key or a subnetwork.
func (ef *effects) makes(name string) bool {
	n := need.Need{Principal: need.Principal{Member: "serviceAccount:" + name[strings.LastIndex(name, "/")+1:]}}
	if resource.KindOf(name).Collection == resource.ServiceAccounts {
		return len(ef.certain(n, ef.changes(n, ef.makesAccount))) > 0
	}
	return slices.ContainsFunc(ef.plan.Changes, func(c *plan.Change) bool {
		return c.Mode == "managed" && c.Creates() && !c.Deletes() && ef.match(resource.Parse(c.ResourceName()), resource.Parse(name)) == resource.Same
	})
}

// untested is for a deployer that Google Cloud could not be asked about: the
// policies may tell, if it is a named one.
func (pj *permissionJudge) untested(n need.Need, f Verdict, err error) Verdict {
	if n.Principal.Member != "" && facts.AsError(err).Method == facts.MethodGenerateAccessToken {
		return pj.fromPolicies(n, f)
	}
	return f.undetermined(because(err, "what the deployer may do in project "+n.Project, "resourcemanager.projects.get", "roles/browser"))
}

// impersonated asks as a named service account, if the credentials at hand may.
func (pj *permissionJudge) impersonated(n need.Need) (facts.PermissionTest, bool) {
	if !pj.of.Impersonation || !isUserManaged(n.Principal.Kind) {
		return facts.PermissionTest{}, false
	}
	may, err := pj.test(need.Principal{}, accountIn(n), []string{getAccessToken})
	if err != nil || !slices.Contains(may.Granted, getAccessToken) {
		return facts.PermissionTest{}, false
	}
	tested, err := pj.testAll(n)
	return tested, err == nil
}

// fromTest turns the answer of testIamPermissions into a finding.
func (pj *permissionJudge) fromTest(n need.Need, f Verdict, tested facts.PermissionTest, as string) Verdict {
	detail := "granted: " + list(intersect(n.Permissions, tested.Granted))
	if as != "" {
		detail += " (asked as " + as + ")"
	}
	f = f.evident("testIamPermissions", n.Resource, detail)
	missing := intersect(n.Permissions, tested.Missing)
	open := without(n.Permissions, append(slices.Clone(tested.Granted), tested.Missing...))
	return pj.answered(n, f, missing, open, say(untestable, list(open), resource.Describe(n.Resource)))
}

// answered is the finding for what is missing and what is open of a need.
func (pj *permissionJudge) answered(n need.Need, f Verdict, missing, open []string, why Statement) Verdict {
	f.Permissions = &finding.PermissionSet{Needed: n.Permissions, Missing: missing, Undetermined: open}
	switch {
	case len(missing) > 0:
		return f.failed(n, say(permissionsMissing, who(*f.Principal), list(missing), resource.Describe(n.Resource)))
	case len(open) > 0:
		return f.undetermined(why)
	}
	f.Outcome = finding.Pass
	f.Message = say(permissionsHeld, who(*f.Principal), list(n.Permissions), resource.Describe(n.Resource))
	return f
}

// refused looks again at what testIamPermissions said. It is asked about the
// project, so a grant whose condition speaks of a cluster counts there or not,
// whatever it does for the cluster; a grant on a key or a secret does not count
// there at all; and an account may act as itself without any grant.
// https://docs.cloud.google.com/iam/docs/conditions-resource-attributes
func (pj *permissionJudge) refused(n need.Need, f Verdict) Verdict {
	if f.Outcome != finding.Fail && len(n.Clusters) == 0 {
		return pj.limited(n, f)
	}
	identity, err := pj.identityOf(n)
	if err != nil || identity.Member == "" {
		if f.Outcome == finding.Fail && unasked(n) {
			return f.open(say(grantsUnknown, resource.Describe(n.Resource)))
		}
		return f
	}
	isSelf := resource.KindOf(n.Resource).Collection == resource.ServiceAccounts && resource.AccountEmail(n.Resource) == emailOf(identity.Member)
	if f.Outcome == finding.Fail && n.MetBySelf && isSelf {
		f.Outcome, f.Message = finding.Pass, say(isTheAccount, who(*f.Principal))
		f.Permissions = &finding.PermissionSet{Needed: n.Permissions}
		return f
	}
	if f.Outcome == finding.Fail && isSelf {
		return f.open(say(selfUnsure))
	}
	return pj.conditioned(n, f, pj.evaluate(n, identity, n.Permissions))
}

// limited looks again at what testIamPermissions said is held, for conditions
// that end before apply may, or that depend on what the permission is used for.
// A grant on the project or above it that is not limited is enough, and mostly
// those policies are read anyway.
func (pj *permissionJudge) limited(n need.Need, f Verdict) Verdict {
	identity, err := pj.identityOf(n)
	if f.Outcome != finding.Pass || err != nil || identity.Member == "" || isTag(n.Resource) {
		return f
	}
	levels, complete := pj.levels(n.Project)
	if resource.KindOf(n.Resource).IsAboveProjects() {
		levels, complete = upFrom(n.Resource, levels, complete)
	}
	answers := pj.evaluateOn(view{levels: levels, complete: complete}, n, identity, n.Permissions)
	if !pj.isInDoubt(n, answers) {
		return f
	}
	return pj.conditioned(n, f, pj.evaluate(n, identity, n.Permissions))
}

// isInDoubt reports whether one of the permissions of a need may be held under
// a limit only, or be held on the resource itself alone.
func (pj *permissionJudge) isInDoubt(n need.Need, answers []iam.Answer) bool {
	on := testedOn(n)
	tested, err := pj.test(n.Principal, on[0], n.Permissions)
	for i, a := range answers {
		below := len(on) > 1 && (err != nil || !slices.Contains(tested.Granted, n.Permissions[i]))
		if a.Verdict != iam.Yes && (below || limitOf(a) != nil || len(a.Unmet) > 0) {
			return true
		}
	}
	return false
}

// limitOf returns the doubt that explains why a permission is held now and may
// not be when apply uses it; nil if something else may explain that it is held.
// A binding of the very account explains it; one of a group does only where
// nothing else might.
func limitOf(a iam.Answer) *iam.Doubt {
	var of *iam.Doubt
	for i, d := range a.Doubts {
		switch {
		case d.Limit != "" && d.Kind == iam.DoubtCondition:
			return &a.Doubts[i]
		case d.Limit != "" && of == nil:
			of = &a.Doubts[i]
		}
	}
	if slices.ContainsFunc(a.Doubts, func(d iam.Doubt) bool { return d.Limit == "" && d.Kind != iam.DoubtDeny }) {
		return nil
	}
	return of
}

// limitInWords says what a limit is, and what would settle it.
func limitInWords(d iam.Doubt) string {
	grant := d.Member + " has " + d.Role + " on " + resource.Describe(d.Resource) + " only if " + d.Detail
	if d.Limit == iam.LimitRoles {
		return grant + ", and which roles apply grants or revokes is not known"
	}
	return grant + ", which does not stay true for the next hour: renew the grant before apply"
}

// conditioned corrects what was tested on a project by the bindings that count
// on a condition.
func (pj *permissionJudge) conditioned(n need.Need, f Verdict, answers []iam.Answer) Verdict {
	missing, open := slices.Clone(f.Permissions.Missing), slices.Clone(f.Permissions.Undetermined)
	var why, told []string
	said := map[string]iam.Answer{}
	for i, p := range n.Permissions {
		a, held := answers[i], !slices.Contains(f.Permissions.Missing, p)
		doubt, hangs := conditional(a)
		switch {
		case held && a.Verdict == iam.No && len(a.Unmet) > 0:
			missing = union(missing, p)
			f.Evidence = unionOf(f.Evidence, unmet(a))
		case held && a.Verdict == iam.Unknown && limitOf(a) != nil:
			open = union(open, p)
			why = union(why, limitInWords(*limitOf(a)))
		case !held && a.Verdict == iam.No && len(a.Unmet) > 0:
			f.Evidence = unionOf(f.Evidence, unmet(a))
		case !held && a.Verdict == iam.Yes && (onlyConditional(a) || unasked(n)):
			missing = without(missing, []string{p})
			f.Evidence = unionOf(f.Evidence, []finding.Evidence{describe(a.Grants[0])})
		case !held && a.Verdict == iam.Unknown && hangs:
			missing, open = without(missing, []string{p}), union(open, p)
			why = union(why, doubtInWords(doubt))
		case !held && a.Verdict == iam.Unknown && unasked(n):
			missing, open = without(missing, []string{p}), union(open, p)
			why = union(why, inDoubt(a.Doubts))
		case held || a.Verdict != iam.No || !unasked(n):
			continue
		}
		said[p], told = a, append(told, p)
	}
	f.Levels = levelsOf(said, told)
	if len(why) == 0 && slices.Equal(missing, f.Permissions.Missing) {
		return f
	}
	f.Message = Statement{}
	return pj.answered(n, f, missing, open, say(verbatim, strings.Join(why, "; ")))
}

// unasked reports whether a need is about what lies below a project and cannot
// be asked about by itself.
func unasked(n need.Need) bool {
	return len(resource.PolicyHolders(n.Resource)) > 0 && !isTestable(n.Resource)
}

// onlyConditional reports whether an answer rests on conditions: a binding
// without one would have been seen by testIamPermissions.
func onlyConditional(a iam.Answer) bool {
	return !slices.ContainsFunc(a.Grants, func(g iam.Grant) bool { return !g.Conditional })
}

// open turns a failed finding into one that could not be decided.
func (f Verdict) open(reason Statement) Verdict {
	f.Permissions = &finding.PermissionSet{Needed: f.Permissions.Needed, Undetermined: f.Permissions.Missing}
	f.Message = Statement{}
	return f.undetermined(reason)
}

func conditional(a iam.Answer) (iam.Doubt, bool) {
	for _, d := range a.Doubts {
		if d.Kind == iam.DoubtCondition {
			return d, true
		}
	}
	return iam.Doubt{}, false
}

// fromPolicies evaluates the allow policies of a resource and all above it, as
// they are and as the plan leaves them.
func (pj *permissionJudge) fromPolicies(n need.Need, f Verdict) Verdict {
	identity, err := pj.identityOf(n)
	if err != nil {
		home, _ := unnumbered(n.Principal.Member)
		return f.undetermined(because(err, "the number of project "+home+", which names "+who(n.Principal), "resourcemanager.projects.get", "roles/browser"))
	}
	t := pj.turns(n, identity, n.Permissions)
	f.Evidence = append(append(f.Evidence, t.grants...), t.denied...)
	f.Levels = t.levels(n.Permissions)
	if len(t.troubleshot) > 0 {
		return pj.turned(n, f.evident("iam.troubleshoot", n.Resource, list(t.troubleshot)), t)
	}
	if len(t.missing) > 0 && len(t.denied) == 0 {
		f = f.evident("getIamPolicy", n.Resource, "no binding of "+pj.levelsInWords(n)+" gives "+list(t.missing))
	}
	return pj.turned(n, f, t)
}

// hereafter looks again at what was tested now in the light of what the plan
// changes: testIamPermissions knows nothing of that.
func (pj *permissionJudge) hereafter(n need.Need, f Verdict) Verdict {
	if !pj.changesIAM() || f.Outcome == finding.Undetermined {
		return f
	}
	identity, err := pj.identityOf(n)
	if err != nil || identity.Member == "" {
		return f.unlessChanged(pj.bearingOn(n))
	}
	t := pj.turns(n, identity, n.Permissions)
	for _, p := range n.Permissions {
		now := !slices.Contains(f.Permissions.Missing, p)
		t.correct(p, now)
	}
	if moved := t.moved(n.Permissions, f.Permissions.Missing); len(moved) > 0 {
		f.Levels = t.levels(moved)
	}
	return pj.turned(n, f, t)
}

// A view is what decides about a need: policies, and what is known of roles
// beside what Google Cloud says.
type view struct {
	levels   []iam.Level
	complete bool
	// roles are those that the plan makes or changes, as they will be.
	roles map[string]iam.Role
}

// evaluate answers each permission from the policies of now.
func (ev *evaluator) evaluate(n need.Need, identity iam.Identity, permissions []string) []iam.Answer {
	return ev.evaluateOn(ev.deciding(n), n, identity, permissions)
}

// deciding are the levels that decide about a need: the resource, if it lies
// below a project, what it lies in, the project, and all above it.
func (ev *evaluator) deciding(n need.Need) view {
	if resource.KindOf(n.Resource).Collection == resource.TagValues {
		levels, complete := ev.tagLevels(resource.RelativeName(n.Resource))
		return view{levels: levels, complete: complete}
	}
	var levels []iam.Level
	var complete bool
	own := resource.PolicyHolders(n.Resource)
	out := make([]iam.Level, len(own))
	for i, name := range own {
		out[i] = ev.ownLevel(name)
	}
	levels, complete = ev.levels(n.Project)
	if resource.KindOf(n.Resource).IsAboveProjects() {
		levels, complete = upFrom(n.Resource, levels, complete)
	}
	denials := ev.denials()
	for _, l := range levels {
		l.DenyRules = denials.of(resource.RelativeName(l.Resource))
		out = append(out, l)
	}
	return view{levels: out, complete: complete}
}

// isTag reports whether a resource is a tag: projects do not decide about those.
func isTag(name string) bool {
	kind := resource.KindOf(name).Collection
	return kind == resource.TagKeys || kind == resource.TagValues
}

// upFrom are the levels of a folder or an organization, among those of a
// project. One that is not above the project is another's: nothing is known.
func upFrom(name string, levels []iam.Level, complete bool) ([]iam.Level, bool) {
	i := slices.IndexFunc(levels, func(l iam.Level) bool { return l.Resource == name })
	if i < 0 {
		return nil, false
	}
	return levels[i:], complete
}

// ownLevel is that of a resource below a project. One that the plan makes has
// no bindings yet.
func (ev *evaluator) ownLevel(name string) iam.Level {
	level := ev.level(name)
	if level.Policy == nil && !ev.isPending() && ev.makes(name) {
		level = iam.Level{Resource: level.Resource, Policy: &iam.Policy{}}
	}
	return level
}

// evaluateOn answers each permission.
func (ev *evaluator) evaluateOn(v view, n need.Need, identity iam.Identity, permissions []string) []iam.Answer {
	answers := make([]iam.Answer, len(permissions))
	if ev.isPending() {
		return answers
	}
	for i := range permissions {
		q := iam.Question{Identity: identity, Permission: permissions[i], Levels: v.levels, Complete: v.complete}
		for k, r := range ev.requests(n, permissions[i]) {
			q.Request = r
			if a := ev.settle(q, v.roles); k == 0 || worse(a, answers[i]) {
				answers[i] = a
			}
		}
	}
	return answers
}

// worse reports whether a decides over b: a permission is held only if it is
// held on every cluster.
func worse(a, b iam.Answer) bool {
	badness := map[iam.Verdict]int{iam.Yes: 0, iam.Unknown: 1, iam.No: 2}
	return badness[a.Verdict] > badness[b.Verdict]
}

// settle answers a question. Roles that only the embedded table knows, or that
// nothing knows yet, are fetched before a no.
func (ev *evaluator) settle(q iam.Question, planned map[string]iam.Role) iam.Answer {
	roles := iam.Roles{Table: ev.of.Table, Fetched: maps.Clone(planned)}
	answer := iam.Evaluate(q, roles)
	if answer.Verdict == iam.Yes || len(answer.NeedsRoleFetch) == 0 {
		return answer
	}
	if roles.Fetched == nil {
		roles.Fetched = map[string]iam.Role{}
	}
	maps.Copy(roles.Fetched, ev.fetchRoles(answer.NeedsRoleFetch[:min(len(answer.NeedsRoleFetch), maxRoles)]))
	return iam.Evaluate(q, roles)
}

// maxRoles bounds how many roles are asked for about one principal and one
// permission: those beyond it leave the answer undetermined. Google allows 300
// custom roles in a project.
// https://docs.cloud.google.com/iam/quotas
const maxRoles = 300

// fetchRoles returns those of some roles that can be read, by name.
func (ev *evaluator) fetchRoles(names []string) map[string]iam.Role {
	out := map[string]iam.Role{}
	for _, name := range names {
		if role, err := ev.role(name); err == nil {
			out[name] = role
		}
	}
	return out
}

// identityOf is the principal of a need as the policies name it.
func (ev *evaluator) identityOf(n need.Need) (iam.Identity, error) {
	member := n.Principal.Member
	if n.Principal.Kind == need.Deployer && member == "" {
		id, err := ev.identityOfCaller(n.Principal)
		if err != nil {
			return iam.Identity{}, err
		}
		member = memberOf(id.Email)
	}
	if project, ok := unnumbered(member); ok {
		if _, err := ev.number(project); err != nil {
			return iam.Identity{}, err
		}
		return iam.Identity{}, errors.New("project " + project + " has no number")
	}
	return iam.Identity{
		Member:       member,
		ServiceAgent: n.Principal.Kind != need.Deployer && !isUserManaged(n.Principal.Kind),
		Containers:   ev.homeOf(member, n),
	}, nil
}
